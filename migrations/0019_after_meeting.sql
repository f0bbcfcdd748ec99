-- Around a meeting: who stands in for a day, what people with a seat are told, how minutes are put away, decisions on trial.

-- 当日委托: a row with a meeting holds the seat for that meeting alone and goes with its end.
alter table seat_holders
  add meeting_id integer,
  add check (meeting_id is null or rank > 0),
  add foreign key (community_id, meeting_id) references meetings (community_id, id);

-- 复议: an item that asks again what an earlier one asked. It may stand on an order though none of its issues waits; once.
alter table agenda_items
  add again_of integer,
  add constraint agenda_items_again unique (community_id, again_of),
  add foreign key (community_id, again_of) references agenda_items (community_id, id);

-- 试行: a resolution that holds until a day, what is measured meanwhile, and what became of it (domain 3.8, J18).
create table trials (
  community_id  integer not null default current_community(),
  resolution_id integer not null,
  ends_on       date not null,
  metric        text not null check (length(metric) between 1 and 40),
  unit          text not null check (length(unit) between 1 and 12),
  target        integer not null check (target between 0 and 1000000),
  item_id       integer,                               -- the item that asks whether it goes on, once its end has come
  asked_at      timestamptz,
  ended_at      timestamptz,
  ended_as      text check (ended_as in ('kept', 'dropped', 'lapsed')),
  primary key (community_id, resolution_id),
  check ((item_id is null) = (asked_at is null)),
  check ((ended_at is null) = (ended_as is null)),
  check (ended_at is null or asked_at is not null),
  foreign key (community_id, resolution_id) references resolutions (community_id, id),
  foreign key (community_id, item_id) references agenda_items (community_id, id)
);
create index trials_running on trials (community_id, ends_on) where ended_at is null;
call belongs_to_community('trials');
revoke delete on trials from wt_app;

-- One number a day; who corrects it writes over it, and the journal keeps both lines.
create table trial_readings (
  community_id  integer not null default current_community(),
  resolution_id integer not null,
  day           date not null,
  value         integer not null check (value between 0 and 1000000),
  note          text not null default '' check (length(note) <= 120),
  at            timestamptz not null,
  person_id     integer not null,
  primary key (community_id, resolution_id, day),
  foreign key (community_id, resolution_id) references trials (community_id, resolution_id),
  foreign key (community_id, person_id) references people (community_id, id)
);
call belongs_to_community('trial_readings');
