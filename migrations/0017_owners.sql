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

-- 业主表决的名册: frozen with the ballot. A line of the roll is a voice: a co-owner who may speak for what a set of owners
-- holds together. Two voices of one set are one head; who sold, who agreed on whom later stands beside it.
alter table electorate
  drop constraint electorate_check,
  add column owner_id integer,
  add column head integer,                                       -- which set of owners; one head, or none where nothing of it counts a head
  add column building text,                                      -- where its ballot paper is handed over; null: the developer's
  add constraint electorate_voter_check check (num_nonnulls(household_id, seat_id, owner_id) = 1
    and (owner_id is not null or voter_id = coalesce(household_id, seat_id)) and (owner_id is null) = (head is null)),
  add foreign key (community_id, owner_id) references owners (community_id, id);

create index electorate_head on electorate (community_id, ballot_id, head) where head is not null;

create table electorate_units (
  community_id integer not null default current_community(),
  ballot_id    integer not null,
  unit_id      integer not null,
  head         integer not null,
  name         text not null,
  area         integer not null,
  counts_area  boolean not null,
  counts_head  boolean not null,
  owners       integer[] not null,                               -- empty: the developer's
  agreed_id    integer,
  primary key (community_id, ballot_id, unit_id),
  foreign key (community_id, ballot_id) references ballots (community_id, id),
  foreign key (community_id, unit_id) references units (community_id, id)
);
create index electorate_units_head on electorate_units (community_id, ballot_id, head);
call belongs_to_community('electorate_units');
revoke update, delete on electorate_units from wt_app;
create trigger roll_is_frozen after insert on electorate_units referencing new table as added
  for each statement execute function roll_is_frozen();

alter table ballots add column closes_at timestamptz;            -- of a vote on paper that goes on for days: nothing counts from then on

alter table votes
  drop constraint votes_way_check,
  add constraint votes_way_check check (way in ('socket', 'form', 'desk', 'ticket')),
  add column bought_by integer,                                  -- cast by who bought it all while the vote was open
  add foreign key (community_id, bought_by) references owners (community_id, id);

-- Who bought a unit of the roll while its vote is open, and may vote where the old owners have not (domain 3.6).
create table electorate_buyers (
  community_id integer not null default current_community(),
  ballot_id    integer not null,
  unit_id      integer not null,
  owner_id     integer not null,
  primary key (community_id, ballot_id, unit_id),
  foreign key (community_id, ballot_id, unit_id) references electorate_units (community_id, ballot_id, unit_id),
  foreign key (community_id, owner_id) references owners (community_id, id)
);
call belongs_to_community('electorate_buyers');
revoke delete on electorate_buyers from wt_app;

-- Whichever page records the sale. A head that has voted stays as it is; the close and we wait for each other at the ballot.
create function sale_reaches_open_votes() returns trigger language plpgsql as $$
begin
  insert into electorate_buyers (ballot_id, unit_id, owner_id)
  select b.id, new.unit_id, new.owner_id from ballots b
  join electorate_units u on u.ballot_id = b.id and u.unit_id = new.unit_id
  where b.closed_at is null and not exists (
    select from electorate e join votes v on v.ballot_id = e.ballot_id and v.voter_id = e.voter_id
    where e.ballot_id = b.id and e.head = u.head)
  for share of b
  on conflict (community_id, ballot_id, unit_id) do update set owner_id = excluded.owner_id;
  return null;
end $$;
create trigger sale_reaches_open_votes after insert on unit_sales for each row execute function sale_reaches_open_votes();

-- 共有人一致: co-owners who voted differently, or might, have said in writing whose ballot is theirs.
create table electorate_settlements (
  community_id integer not null default current_community(),
  ballot_id    integer not null,
  head         integer not null,
  voter_id     integer not null,
  at           timestamptz not null,
  by           integer not null,
  primary key (community_id, ballot_id, head),
  foreign key (community_id, ballot_id, voter_id) references electorate (community_id, ballot_id, voter_id),
  foreign key (community_id, by) references people (community_id, id)
);
call belongs_to_community('electorate_settlements');
revoke delete on electorate_settlements from wt_app;

-- 选票: a capability for one voice in one vote. Only the hash is kept; printed anew, the old one opens nothing.
create table tickets (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  ballot_id    integer not null,
  voter_id     integer not null,
  owner_id     integer not null,                                 -- who holds it: the voice itself, or who bought all of it
  token_sha256 bytea not null unique,
  issued_at    timestamptz not null,
  issued_by    integer not null,
  revoked_at   timestamptz,
  primary key (community_id, id),
  foreign key (community_id, ballot_id, voter_id) references electorate (community_id, ballot_id, voter_id),
  foreign key (community_id, owner_id) references owners (community_id, id),
  foreign key (community_id, issued_by) references people (community_id, id)
);
create index tickets_voter on tickets (community_id, ballot_id, voter_id);
call belongs_to_community('tickets');
revoke delete on tickets from wt_app;

-- 送达: what became of the paper of a voice, as often as somebody tried. Delivered and silent is not taking part.
create table deliveries (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  ballot_id    integer not null,
  voter_id     integer not null,
  how          text not null check (how in ('handed', 'letterbox', 'sent', 'notFound')),
  at           timestamptz not null,
  recorded_by  integer not null,
  primary key (community_id, id),
  foreign key (community_id, ballot_id, voter_id) references electorate (community_id, ballot_id, voter_id),
  foreign key (community_id, recorded_by) references people (community_id, id)
);
create index deliveries_voter on deliveries (community_id, ballot_id, voter_id, id);
call belongs_to_community('deliveries');
revoke update, delete on deliveries from wt_app;

-- 重复的票: a paper that was handed back after its owner had voted. Kept and listed, not counted (domain 3.6).
create table superseded_papers (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  key          uuid not null,                                    -- of the form it was written down with
  ballot_id    integer not null,
  voter_id     integer not null,
  choice       text not null,
  at           timestamptz not null,
  recorded_by  integer not null,
  primary key (community_id, id),
  unique (community_id, key),
  foreign key (community_id, ballot_id, voter_id) references electorate (community_id, ballot_id, voter_id),
  foreign key (community_id, recorded_by) references people (community_id, id)
);
create index superseded_papers_voter on superseded_papers (community_id, ballot_id, voter_id);
call belongs_to_community('superseded_papers');
revoke update, delete on superseded_papers from wt_app;
