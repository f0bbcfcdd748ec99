-- 问卷: a few questions in an order, to everybody or to some buildings. A draft until it is opened, and frozen from then on.

create table surveys (
  community_id  integer not null default current_community() references communities,
  id            integer generated always as identity,
  no            integer not null default next_no('survey'),
  key           uuid not null,                       -- of the form it came with
  title         text not null check (length(title) between 1 and 80),
  why           text not null default '' check (length(why) <= 500),
  audience      text not null default 'all' check (audience in ('all', 'buildings')),
  closes_at     timestamptz not null,
  stop_at_quota boolean not null default false,      -- a building whose quota is full takes no further households
  created_by    integer not null,
  created_at    timestamptz not null,
  opened_by     integer,
  opened_at     timestamptz,
  closed_by     integer,                             -- by hand, before its day
  closed_at     timestamptz,
  primary key (community_id, id),
  unique (community_id, no),
  unique (community_id, key),
  check ((opened_at is null) = (opened_by is null)),
  check ((closed_at is null) = (closed_by is null)),
  check (closed_at is null or opened_at is not null),
  foreign key (community_id, created_by) references people (community_id, id),
  foreign key (community_id, opened_by) references people (community_id, id),
  foreign key (community_id, closed_by) references people (community_id, id)
);
create index surveys_closing on surveys (community_id, closes_at desc);
call belongs_to_community('surveys');

-- Which buildings it is for, and how many households of each are wanted.
create table survey_buildings (
  community_id integer not null default current_community(),
  survey_id    integer not null,
  building_id  integer not null,
  invited      boolean not null,
  wanted       integer check (wanted between 1 and 5000),
  primary key (community_id, survey_id, building_id),
  foreign key (community_id, survey_id) references surveys (community_id, id),
  foreign key (community_id, building_id) references buildings (community_id, id)
);
call belongs_to_community('survey_buildings');

create table survey_questions (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  key          uuid not null,                       -- of the form it came with
  survey_id    integer not null,
  position     integer not null check (position between 1 and 100),
  kind         text not null check (kind in ('single', 'multiple', 'scale', 'text')),
  words        text not null check (length(words) between 1 and 200),
  options      text[] not null default '{}',        -- to choose from; of a scale: what its two ends mean
  most         integer check (most between 2 and 20), -- multiple: how many at most; of a scale: how far it goes
  by_building  boolean not null default false,
  primary key (community_id, id),
  unique (community_id, key),
  unique (community_id, survey_id, position) deferrable initially deferred,
  check (kind <> 'scale' or (most between 3 and 10 and cardinality(options) = 2)),
  check (kind not in ('single', 'multiple') or cardinality(options) between 2 and 20),
  check (kind <> 'text' or (cardinality(options) = 0 and not by_building)),
  foreign key (community_id, survey_id) references surveys (community_id, id)
);
call belongs_to_community('survey_questions');

-- "Whoever chose this goes on at that question." It cannot point at nothing; that it points forward is checked as it is
-- written and again when the survey is opened.
create table survey_skips (
  community_id integer not null default current_community(),
  question_id  integer not null,
  choice       integer not null check (choice between 1 and 20),
  to_id        integer,                             -- null: to the end
  primary key (community_id, question_id, choice),
  check (to_id <> question_id),
  foreign key (community_id, question_id) references survey_questions (community_id, id),
  foreign key (community_id, to_id) references survey_questions (community_id, id)
);
call belongs_to_community('survey_skips');

-- A voice: a household, or a browser that is nobody's; the two are never added up. See question_voices.
create table survey_voices (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  survey_id    integer not null,
  household_id integer,
  token_sha256 bytea,
  began_at     timestamptz not null,
  primary key (community_id, id),
  unique (community_id, survey_id, household_id),
  unique (community_id, survey_id, token_sha256),
  check (num_nonnulls(household_id, token_sha256) = 1),
  foreign key (community_id, survey_id) references surveys (community_id, id),
  foreign key (community_id, household_id) references households (community_id, id)
);
call belongs_to_community('survey_voices');

create table survey_answers (
  community_id integer not null default current_community(),
  voice_id     integer not null,
  question_id  integer not null,
  choices      integer[] not null default '{}',
  words        text not null default '' check (length(words) <= 500),
  primary key (community_id, voice_id, question_id),
  check (cardinality(choices) > 0 or words <> ''),
  foreign key (community_id, voice_id) references survey_voices (community_id, id),
  foreign key (community_id, question_id) references survey_questions (community_id, id)
);
create index survey_answers_question on survey_answers (community_id, question_id);
call belongs_to_community('survey_answers');

-- What somebody wrote, as the desk lets everybody read it; her own words stay beside it and stay inside.
create table survey_releases (
  community_id integer not null default current_community(),
  voice_id     integer not null,
  question_id  integer not null,
  words        text not null check (length(words) between 1 and 500),
  released_by  integer not null,
  released_at  timestamptz not null,
  primary key (community_id, voice_id, question_id),
  foreign key (community_id, voice_id, question_id) references survey_answers (community_id, voice_id, question_id),
  foreign key (community_id, released_by) references people (community_id, id)
);
create index survey_releases_question on survey_releases (community_id, question_id);
call belongs_to_community('survey_releases');

-- What it came to, reckoned once, when it is over. Whoever answers waits for this row's lock or finds it there.
create table survey_results (
  community_id integer not null default current_community(),
  survey_id    integer not null,
  reckoned_at  timestamptz not null,
  result       jsonb not null,
  primary key (community_id, survey_id),
  foreign key (community_id, survey_id) references surveys (community_id, id)
);
call belongs_to_community('survey_results');

-- The results an agenda item was made with.
create table agenda_surveys (
  community_id integer not null default current_community(),
  item_id      integer not null,
  survey_id    integer not null,
  result       jsonb not null,
  primary key (community_id, item_id),
  unique (community_id, survey_id),
  foreign key (community_id, item_id) references agenda_items (community_id, id),
  foreign key (community_id, survey_id) references surveys (community_id, id)
);
call belongs_to_community('agenda_surveys');
