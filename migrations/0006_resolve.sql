-- 办 评: what was promised, by whom, until when, and what the person who spoke says of it.

create table resolutions (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  no           integer not null default next_no('resolution'),
  meeting_id   integer not null,
  item_id      integer not null,
  ballot_id    integer,
  text         text not null check (length(text) between 1 and 200),
  seat_id      integer not null,
  person_id    integer not null,
  due_on       date not null,
  cycle        integer not null default 1,                       -- 1 at first, one more at every reopening
  made_at      timestamptz not null,
  made_by      integer not null,
  claimed_at   timestamptz,
  claimed_by   integer,
  evidence     text not null default '' check (length(evidence) <= 1000),
  closed_at    timestamptz,
  primary key (community_id, id),
  unique (community_id, no),
  unique (community_id, meeting_id, item_id),
  foreign key (community_id, meeting_id, item_id) references running_order (community_id, meeting_id, item_id),
  foreign key (community_id, ballot_id) references ballots (community_id, id),
  foreign key (community_id, seat_id) references seats (community_id, id),
  foreign key (community_id, person_id) references people (community_id, id),
  foreign key (community_id, made_by) references people (community_id, id),
  foreign key (community_id, claimed_by) references people (community_id, id)
);
create index resolutions_due on resolutions (community_id, due_on) where closed_at is null;
call belongs_to_community('resolutions');

create table steps (
  community_id  integer not null default current_community(),
  id            integer generated always as identity,
  resolution_id integer not null,
  position      integer not null,
  title         text not null check (length(title) between 1 and 80),
  weight        integer not null default 1 check (weight between 1 and 100),
  evidence      text not null default '' check (length(evidence) <= 500),
  done_at       timestamptz,
  done_by       integer,
  primary key (community_id, id),
  check (done_at is null or evidence <> ''),
  foreign key (community_id, resolution_id) references resolutions (community_id, id),
  foreign key (community_id, done_by) references people (community_id, id)
);
create index steps_resolution on steps (community_id, resolution_id, position);
call belongs_to_community('steps');

create table updates (
  community_id  integer not null default current_community(),
  id            integer generated always as identity,
  resolution_id integer not null,
  words         text not null check (length(words) between 1 and 500),
  at            timestamptz not null,
  person_id     integer not null,
  primary key (community_id, id),
  foreign key (community_id, resolution_id) references resolutions (community_id, id),
  foreign key (community_id, person_id) references people (community_id, id)
);
create index updates_resolution on updates (community_id, resolution_id, id);
call belongs_to_community('updates');

-- 回访: every linked filer is asked, each cycle once, and never by the one who did the work (domain 3.8).
create table revisits (
  community_id  integer not null default current_community(),
  id            integer generated always as identity,
  resolution_id integer not null,
  filing_id     integer not null,
  cycle         integer not null,
  asked_at      timestamptz not null,
  answered_at   timestamptz,
  solved        text check (solved in ('yes', 'partly', 'no')),
  satisfied     integer check (satisfied between 1 and 5),       -- 5 很满意 … 1 很不满意
  why           text not null default '' check (length(why) <= 1000),
  way           text check (way in ('link', 'phone', 'door', 'desk')),
  recorded_by   integer,                                         -- null: the filer herself, by her link
  primary key (community_id, id),
  unique (community_id, resolution_id, filing_id, cycle),
  check ((answered_at is null) = (solved is null)),
  foreign key (community_id, resolution_id) references resolutions (community_id, id),
  foreign key (community_id, filing_id) references filings (community_id, id),
  foreign key (community_id, recorded_by) references people (community_id, id)
);
create index revisits_filing on revisits (community_id, filing_id);
call belongs_to_community('revisits');
