-- 业主: who owns what and how large it is (domain 3.6, 3.11). Names are sealed; what is published is a unit and its area.

alter table journal drop constraint journal_subject_check,
  add constraint journal_subject_check check (subject in ('household', 'person', 'seat', 'filing', 'visit', 'gathering', 'issue', 'item', 'meeting', 'ballot', 'resolution', 'bridge', 'round', 'question', 'survey', 'kind', 'unit'));

create table owners (
  community_id integer not null default current_community() references communities,
  id           integer generated always as identity,
  name_sealed  bytea,                                        -- null: the developer, who owns what is not sold
  name_hmac    text,                                         -- the same name is known again without being read
  primary key (community_id, id),
  unique (community_id, name_hmac),
  check ((name_sealed is null) = (name_hmac is null))
);
create unique index owners_one_developer on owners (community_id) where name_hmac is null;
call belongs_to_community('owners');

-- 专有部分: a flat, a shop, a parking space, a storage room. Of the last two it is for the estate's own rules to say what counts.
create table units (
  community_id integer not null default current_community() references communities,
  id           integer generated always as identity,
  building     text not null check (length(building) between 1 and 20),  -- "12"; also "B1", which is no building to live in
  door         text not null check (length(door) between 1 and 20),
  name         text not null,                                -- "12-602": what the roll of a vote calls it
  kind         text not null check (kind in ('flat', 'shop', 'parking', 'storage')),
  area         integer not null check (area > 0),            -- in 0.01 m²: as registered, else surveyed, else as in the contract
  counts_area  boolean not null,
  counts_head  boolean not null,
  delivered    boolean not null,                             -- sold but not handed over counts as the developer's
  agreed_id    integer,                                      -- the co-owner whom all of them named
  household_id integer,
  primary key (community_id, id),
  unique (community_id, name),
  check (name = building || '-' || door),
  foreign key (community_id, household_id) references households (community_id, id)
);
create index units_building on units (community_id, building);
call belongs_to_community('units');

create table unit_owners (
  community_id integer not null default current_community(),
  unit_id      integer not null,
  owner_id     integer not null,
  primary key (community_id, unit_id, owner_id),
  foreign key (community_id, unit_id) references units (community_id, id),
  foreign key (community_id, owner_id) references owners (community_id, id)
);
create index unit_owners_owner on unit_owners (community_id, owner_id);
call belongs_to_community('unit_owners');
alter table units add foreign key (community_id, id, agreed_id) references unit_owners (community_id, unit_id, owner_id);

-- 过户: since when somebody else owns it, and who of the buyers speaks for it in a vote that is under way.
create table unit_sales (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  unit_id      integer not null,
  owner_id     integer not null,
  recorded_at  timestamptz not null,
  recorded_by  integer not null,
  primary key (community_id, id),
  foreign key (community_id, unit_id) references units (community_id, id),
  foreign key (community_id, owner_id) references owners (community_id, id),
  foreign key (community_id, recorded_by) references people (community_id, id)
);
create index unit_sales_unit on unit_sales (community_id, unit_id);
call belongs_to_community('unit_sales');
revoke update, delete on unit_sales from wt_app;
