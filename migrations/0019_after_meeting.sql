-- Around a meeting: who stands in for a day, what people with a seat are told, how minutes are put away, decisions on trial.

-- 当日委托: a row with a meeting holds the seat for that meeting alone and goes with its end.
alter table seat_holders
  add meeting_id integer,
  add check (meeting_id is null or rank > 0),
  add foreign key (community_id, meeting_id) references meetings (community_id, id);
