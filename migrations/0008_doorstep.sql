-- 门: who goes to which doors, and what a phone without signal brings home later.

-- What the phone said when it was: kept as it was said, whatever its clock. `visited_at` is the time the house goes by.
alter table visits
  add column stated_at   timestamptz,
  add column received_at timestamptz;                   -- null: written down on a page of ours, in the moment it happened

-- 走访任务: some doors, somebody or a team who goes to them, and until when.
create table rounds (
  community_id integer not null default current_community() references communities,
  id           integer generated always as identity,
  key          uuid not null,                           -- made by the form, so that sending twice is one round
  name         text not null check (length(name) between 1 and 40),
  person_id    integer,
  team_id      integer,
  ends_on      date not null,
  created_by   integer not null,
  created_at   timestamptz not null,
  closed_at    timestamptz,
  closed_by    integer,
  primary key (community_id, id),
  unique (community_id, key),
  check (num_nonnulls(person_id, team_id) = 1),
  check ((closed_at is null) = (closed_by is null)),
  foreign key (community_id, person_id) references people (community_id, id),
  foreign key (community_id, team_id) references teams (community_id, id),
  foreign key (community_id, created_by) references people (community_id, id),
  foreign key (community_id, closed_by) references people (community_id, id)
);
create index rounds_open on rounds (community_id, ends_on) where closed_at is null;
call belongs_to_community('rounds');

create table round_doors (
  community_id integer not null default current_community(),
  round_id     integer not null,
  household_id integer not null,
  primary key (community_id, round_id, household_id),
  foreign key (community_id, round_id) references rounds (community_id, id),
  foreign key (community_id, household_id) references households (community_id, id)
);
create index round_doors_household on round_doors (community_id, household_id);
call belongs_to_community('round_doors');
