-- 听 in depth: gatherings people are invited to, and questions put to everybody.

-- 请出来集中听: who is invited, and the two secrets of the room. The board shows words nobody has read over yet, so its
-- address is random; the code on the wall says "here" and opens nothing.
alter table gatherings
  add column announced_at timestamptz,
  add column audience     text not null default 'all' check (audience in ('all', 'buildings', 'group')),
  add column for_group    text not null default '' check (length(for_group) <= 40),
  add column places       integer check (places between 1 and 2000),                -- null: as many as come
  add column board_key    uuid not null default gen_random_uuid(),
  add column door_key     uuid not null default gen_random_uuid(),
  add column rev          integer not null default 1,      -- which version of time, place and places a page showed
  add column moved_at     timestamptz,                     -- another time or place than the one people signed up for
  add column called_off_at timestamptz,
  add column called_off_by integer,
  add column called_off_why text not null default '' check (length(called_off_why) <= 200),
  add check ((called_off_at is null) = (called_off_by is null) and (called_off_at is null) = (called_off_why = '')),
  add check (called_off_at is null or closed_at is null),
  add foreign key (community_id, called_off_by) references people (community_id, id);
create index gatherings_announced on gatherings (community_id, held_at desc) where announced_at is not null;

create table gathering_buildings (
  community_id integer not null default current_community(),
  gathering_id integer not null,
  building_id  integer not null,
  primary key (community_id, gathering_id, building_id),
  foreign key (community_id, gathering_id) references gatherings (community_id, id),
  foreign key (community_id, building_id) references buildings (community_id, id)
);
call belongs_to_community('gathering_buildings');

-- Somebody who will come or has come: a household, or a name.
create table gathering_signups (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  key          uuid not null,                       -- made by the form; also her private address
  gathering_id integer not null,
  nth          integer not null,                    -- the number the note-taker types for her
  household_id integer,
  name         text not null default '' check (length(name) <= 40),
  phone_sealed bytea,                               -- gone when she withdraws and when the gathering is over
  locale       text not null check (locale in ('zh', 'en')),
  added_by     integer,                             -- who of the desk wrote her down; null: she herself
  signed_at    timestamptz not null,
  arrived_at   timestamptz,
  waiting_since timestamptz,                        -- all places were taken; null: she has one. Who waits stands in line by nth
  withdrawn_at timestamptz,
  primary key (community_id, id),
  unique (community_id, key),
  unique (community_id, gathering_id, nth),
  check (household_id is not null or name <> ''),
  foreign key (community_id, gathering_id) references gatherings (community_id, id),
  foreign key (community_id, household_id) references households (community_id, id),
  foreign key (community_id, added_by) references people (community_id, id)
);
call belongs_to_community('gathering_signups');

-- One line a voice, while people sit together. At the close each becomes a filing, unless it was struck out.
create table gathering_lines (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  key          uuid not null,                       -- made by the sender, so that sending twice is one line
  gathering_id integer not null,
  nth          integer not null,                    -- by which somebody in the room says "number 12 is not what I said"
  words        text not null check (length(words) between 1 and 500),
  signup_id    integer,
  speaker      text not null default '' check (length(speaker) <= 40),
  noted_by     integer not null,
  noted_at     timestamptz not null,
  rev          integer not null default 1,
  gone         text check (gone in ('undone', 'struck')),
  filing_id    integer,
  primary key (community_id, id),
  unique (community_id, key),
  unique (community_id, gathering_id, nth),
  foreign key (community_id, gathering_id) references gatherings (community_id, id),
  foreign key (community_id, signup_id) references gathering_signups (community_id, id),
  foreign key (community_id, noted_by) references people (community_id, id),
  foreign key (community_id, filing_id) references filings (community_id, id)
);
call belongs_to_community('gathering_lines');

-- 搭桥梁广泛听: a question put to everybody for some days, answered statement by statement.
create table questions (
  community_id integer not null default current_community() references communities,
  id           integer generated always as identity,
  no           integer not null default next_no('question'),
  key          uuid not null,                       -- of the form it came with
  title        text not null check (length(title) between 1 and 80),
  lead         text not null default '' check (length(lead) <= 500),
  closes_at    timestamptz not null,
  created_by   integer not null,
  created_at   timestamptz not null,
  primary key (community_id, id),
  unique (community_id, no),
  unique (community_id, key),
  foreign key (community_id, created_by) references people (community_id, id)
);
create index questions_closing on questions (community_id, closes_at desc);
call belongs_to_community('questions');

-- A voice: a household, or a browser that is nobody's; the two are never added up. The hash is one of the question too,
-- so that what a browser thinks about one thing cannot be laid beside what it thinks about another.
create table question_voices (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  question_id  integer not null,
  household_id integer,
  token_sha256 bytea,
  began_at     timestamptz not null,
  primary key (community_id, id),
  unique (community_id, question_id, household_id),
  unique (community_id, question_id, token_sha256),
  check (num_nonnulls(household_id, token_sha256) = 1),
  foreign key (community_id, question_id) references questions (community_id, id),
  foreign key (community_id, household_id) references households (community_id, id)
);
call belongs_to_community('question_voices');

create table question_statements (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  key          uuid not null,                       -- made by the form
  question_id  integer not null,
  words        text not null check (length(words) between 1 and 140),
  state        text not null default 'waiting' check (state in ('waiting', 'approved', 'rejected')),
  reason       text not null default '' check (length(reason) <= 200),
  voice_id     integer,                             -- who said it; null: the desk began with it
  said_at      timestamptz not null,
  decided_by   integer,
  decided_at   timestamptz,
  primary key (community_id, id),
  unique (community_id, key),
  check (state <> 'rejected' or reason <> ''),
  foreign key (community_id, question_id) references questions (community_id, id),
  foreign key (community_id, voice_id) references question_voices (community_id, id),
  foreign key (community_id, decided_by) references people (community_id, id)
);
create index question_statements_question on question_statements (community_id, question_id, id);
call belongs_to_community('question_statements');

create table question_answers (
  community_id integer not null default current_community(),
  voice_id     integer not null,
  statement_id integer not null,
  opinion      integer not null check (opinion between -1 and 1), -- 0: passed
  answered_at  timestamptz not null,
  primary key (community_id, voice_id, statement_id),
  foreign key (community_id, voice_id) references question_voices (community_id, id),
  foreign key (community_id, statement_id) references question_statements (community_id, id)
);
create index question_answers_statement on question_answers (community_id, statement_id);
call belongs_to_community('question_answers');

-- What was last reckoned out of the answers, beside and never in a request.
create table question_results (
  community_id integer not null default current_community(),
  question_id  integer not null,
  answers      integer not null,                    -- how many there were
  reckoned_at  timestamptz not null,
  result       jsonb not null,
  primary key (community_id, question_id),
  foreign key (community_id, question_id) references questions (community_id, id)
);
call belongs_to_community('question_results');

-- The picture an agenda item was made with, as it stood then.
create table agenda_pictures (
  community_id integer not null default current_community(),
  item_id      integer not null,
  question_id  integer not null,
  result       jsonb not null,
  primary key (community_id, item_id),
  unique (community_id, question_id),
  foreign key (community_id, item_id) references agenda_items (community_id, id),
  foreign key (community_id, question_id) references questions (community_id, id)
);
call belongs_to_community('agenda_pictures');
