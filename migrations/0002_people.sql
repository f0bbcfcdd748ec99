-- People and places: where somebody lives, who they are here, which chair they sit on, how they came in.

create table buildings (
  community_id integer not null default current_community() references communities,
  id           integer generated always as identity,
  name         text not null check (length(name) between 1 and 20), -- "12"; the page says "12 号楼"
  position     integer not null,
  primary key (community_id, id),
  unique (community_id, name)
);
call belongs_to_community('buildings');

create table stairwells (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  building_id  integer not null,
  name         text not null check (length(name) between 1 and 20),
  primary key (community_id, id),
  unique (community_id, building_id, name),
  foreign key (community_id, building_id) references buildings (community_id, id)
);
call belongs_to_community('stairwells');

create table households (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  building_id  integer not null,
  stairwell_id integer,
  floor        integer not null check (floor between -5 and 120),
  door         text not null check (length(door) between 1 and 12),
  area         integer not null check (area > 0),               -- exclusive floor area in 0.01 m²; never a float
  owner_heads  integer not null default 1 check (owner_heads between 0 and 20),
  primary key (community_id, id),
  unique (community_id, building_id, door),
  foreign key (community_id, building_id) references buildings (community_id, id),
  foreign key (community_id, stairwell_id) references stairwells (community_id, id)
);
call belongs_to_community('households');

create table teams (
  community_id integer not null default current_community() references communities,
  id           integer generated always as identity,
  name         text not null check (length(name) between 1 and 40),
  primary key (community_id, id),
  unique (community_id, name)
);
call belongs_to_community('teams');

create table people (
  community_id integer not null default current_community() references communities,
  id           integer generated always as identity,
  name         text not null check (length(name) between 1 and 40),
  post         text not null default '',                          -- what they are here: "居委主任"
  household_id integer,
  team_id      integer,
  created_at   timestamptz not null default now(),
  left_at      timestamptz,
  primary key (community_id, id),
  foreign key (community_id, household_id) references households (community_id, id),
  foreign key (community_id, team_id) references teams (community_id, id)
);
create index people_household on people (community_id, household_id);
call belongs_to_community('people');

create table person_roles (
  community_id integer not null default current_community(),
  person_id    integer not null,
  role         text not null check (role in ('resident', 'volunteer', 'staff', 'chair', 'manager', 'admin')),
  granted_at   timestamptz not null default now(),
  primary key (community_id, person_id, role),
  foreign key (community_id, person_id) references people (community_id, id)
);
call belongs_to_community('person_roles');

-- 席位: the parties at the table are data, 3 to 7 of them (domain 3.5).
create table seats (
  community_id integer not null default current_community() references communities,
  id           integer generated always as identity,
  position     integer not null check (position between 1 and 7),
  name         text not null check (length(name) between 1 and 20),
  name_en      text not null check (length(name_en) between 1 and 40),
  character    text not null check (length(character) = 1),
  colour       text not null check (colour in ('seal', 'leaf', 'sky', 'gold', 'dusk', 'plum', 'teal')),
  voting       boolean not null default true,
  required     boolean not null default false,
  vacant_since timestamptz,
  primary key (community_id, id),
  constraint one_chair_a_place unique (community_id, position) deferrable initially immediate -- places are exchanged in one statement
);
call belongs_to_community('seats');

-- Who may speak for a seat: rank 0 is the titular, 1 and 2 the alternates.
create table seat_holders (
  community_id integer not null default current_community(),
  seat_id      integer not null,
  person_id    integer not null,
  rank         integer not null check (rank between 0 and 2),
  primary key (community_id, seat_id, rank),
  unique (community_id, seat_id, person_id),
  foreign key (community_id, seat_id) references seats (community_id, id),
  foreign key (community_id, person_id) references people (community_id, id)
);
create index seat_holders_person on seat_holders (community_id, person_id);
call belongs_to_community('seat_holders');

-- 住户纸条 (a slip for a door) and 登录链接 (a link for a person): one use each, only the hash is kept (trust 4.8).
create table entry_tokens (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  household_id integer,
  person_id    integer,
  token_sha256 bytea not null unique,
  issued_at    timestamptz not null,
  issued_by    integer,
  expires_at   timestamptz not null,
  used_at      timestamptz,
  primary key (community_id, id),
  check (num_nonnulls(household_id, person_id) = 1),
  foreign key (community_id, household_id) references households (community_id, id),
  foreign key (community_id, person_id) references people (community_id, id),
  foreign key (community_id, issued_by) references people (community_id, id)
);
call belongs_to_community('entry_tokens');

create table sessions (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  token_sha256 bytea not null unique,
  household_id integer,
  person_id    integer,
  device       text not null default '',
  created_at   timestamptz not null,
  seen_at      timestamptz not null,
  expires_at   timestamptz not null,
  revoked_at   timestamptz,
  primary key (community_id, id),
  check (num_nonnulls(household_id, person_id) = 1),
  foreign key (community_id, household_id) references households (community_id, id),
  foreign key (community_id, person_id) references people (community_id, id)
);
create index sessions_person on sessions (community_id, person_id);
call belongs_to_community('sessions');

-- Every look at something private leaves a line (domain 3.11).
create table access_log (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  at           timestamptz not null,
  person_id    integer not null,
  subject      text not null,
  fields       text[] not null,
  purpose      text not null check (length(purpose) between 1 and 200),
  primary key (community_id, id),
  foreign key (community_id, person_id) references people (community_id, id)
);
call belongs_to_community('access_log');
revoke update, delete on access_log from wt_app;
