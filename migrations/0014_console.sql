-- 主持: who holds the gavel, what hangs on the wall, who speaks, who steps aside, when the room is too small to go on.

alter table meetings
  add suspended_at timestamptz,                           -- since when the meeting rests; how often it did is in the journal
  add suspended_by integer,                               -- null: the rule did it, when the quorum was lost
  add foreign key (community_id, suspended_by) references people (community_id, id);

alter table running_order add extra_minutes integer not null default 0 check (extra_minutes between 0 and 240);

-- The gavel is a lease: whoever holds it lets a heartbeat be heard, and a holder who falls silent can be followed.
create table gavels (
  community_id integer not null default current_community(),
  meeting_id   integer not null,
  person_id    integer not null,
  session_id   integer not null,
  taken_at     timestamptz not null,
  beat_at      timestamptz not null,
  offered_at   timestamptz,                               -- laid down for somebody else to take
  primary key (community_id, meeting_id),
  foreign key (community_id, meeting_id) references meetings (community_id, id),
  foreign key (community_id, person_id) references people (community_id, id),
  foreign key (community_id, session_id) references sessions (community_id, id)
);
call belongs_to_community('gavels');

-- The wall follows the meeting unless the chair says otherwise.
create table walls (
  community_id integer not null default current_community(),
  meeting_id   integer not null,
  frame        text not null default 'follow' check (frame in ('follow', 'welcome', 'agenda', 'timer', 'black')),
  frozen_at    timestamptz,
  covered_at   timestamptz,                               -- the count is covered while a vote is open
  primary key (community_id, meeting_id),
  foreign key (community_id, meeting_id) references meetings (community_id, id)
);
call belongs_to_community('walls');

-- 发言: a hand that went up, and what became of it: lowered again, or called and heard to the end.
create table turns (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  meeting_id   integer not null,
  item_id      integer not null,
  household_id integer,
  seat_id      integer,
  name         text not null default '' check (length(name) <= 40),
  raised_at    timestamptz not null,
  lowered_at   timestamptz,
  called_at    timestamptz,
  ended_at     timestamptz,
  primary key (community_id, id),
  check (num_nonnulls(household_id, seat_id) <= 1 and (name <> '' or num_nonnulls(household_id, seat_id) = 1)),
  check (ended_at is null or called_at is not null),
  check (lowered_at is null or called_at is null),
  foreign key (community_id, meeting_id, item_id) references running_order (community_id, meeting_id, item_id),
  foreign key (community_id, household_id) references households (community_id, id),
  foreign key (community_id, seat_id) references seats (community_id, id)
);
create unique index turns_one_speaks on turns (community_id, meeting_id) where called_at is not null and ended_at is null;
create unique index turns_one_hand_a_door on turns (community_id, meeting_id, item_id, household_id) where called_at is null and lowered_at is null and household_id is not null;
create unique index turns_one_hand_a_seat on turns (community_id, meeting_id, item_id, seat_id) where called_at is null and lowered_at is null and seat_id is not null;
create index turns_meeting on turns (community_id, meeting_id);
call belongs_to_community('turns');

-- 回避: a seat that has an interest in the matter stays at the table and does not vote on it (domain 3.6.1).
create table recusals (
  community_id integer not null default current_community(),
  meeting_id   integer not null,
  item_id      integer not null,
  seat_id      integer not null,
  at           timestamptz not null,
  by           integer not null,
  primary key (community_id, meeting_id, item_id, seat_id),
  foreign key (community_id, meeting_id, item_id) references running_order (community_id, meeting_id, item_id),
  foreign key (community_id, seat_id) references seats (community_id, id),
  foreign key (community_id, by) references people (community_id, id)
);
call belongs_to_community('recusals');

-- 停票: the vote has stopped and is not declared yet. For a minute it can be taken back; the ballot itself is closed once
-- and for good when the result is declared, so a published result never changes.
create table stops (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  ballot_id    integer not null,
  stopped_at   timestamptz not null,
  stopped_by   integer not null,
  resumed_at   timestamptz,
  primary key (community_id, id),
  foreign key (community_id, ballot_id) references ballots (community_id, id),
  foreign key (community_id, stopped_by) references people (community_id, id)
);
create unique index stops_one on stops (community_id, ballot_id) where resumed_at is null;
call belongs_to_community('stops');
revoke delete on stops from wt_app;
