-- 议: issues become agenda items, items stand on a meeting's running order, people come in.

create table agenda_items (
  community_id integer not null default current_community() references communities,
  id           integer generated always as identity,
  key          uuid not null default gen_random_uuid(),  -- of the form it came with: pressed twice it is one item
  no           integer not null default next_no('item'),
  title        text not null check (length(title) between 1 and 80),
  question     text not null check (length(question) between 1 and 120),
  background   text not null default '' check (length(background) <= 2000),
  -- Whose to decide it is: 'common', or one of the nine matters of Civil Code art. 278 that belong to the owners.
  subject      text not null default 'common' check (subject ~ '^(common|278-[1-9])$'),
  expert       text not null default '' check (length(expert) <= 1000),    -- what somebody who knows says of it
  expert_name  text not null default '' check (length(expert_name) <= 40),
  created_at   timestamptz not null,
  created_by   integer not null,
  withdrawn_at timestamptz,
  primary key (community_id, id),
  unique (community_id, key),
  unique (community_id, no),
  foreign key (community_id, created_by) references people (community_id, id)
);
call belongs_to_community('agenda_items');

create table agenda_links (
  community_id integer not null default current_community(),
  item_id      integer not null,
  issue_id     integer not null,
  linked_at    timestamptz not null,
  linked_by    integer not null,
  primary key (community_id, item_id, issue_id),
  foreign key (community_id, item_id) references agenda_items (community_id, id),
  foreign key (community_id, issue_id) references issues (community_id, id),
  foreign key (community_id, linked_by) references people (community_id, id)
);
create index agenda_links_issue on agenda_links (community_id, issue_id);
call belongs_to_community('agenda_links');

create table meetings (
  community_id integer not null default current_community() references communities,
  id           integer generated always as identity,
  key          uuid not null default gen_random_uuid(),  -- as an item's
  no           integer not null default next_no('meeting'),
  title        text not null check (length(title) between 1 and 80),
  place        text not null default '',
  starts_at    timestamptz not null,
  kind         text not null default 'five_party',
  terms        jsonb,                                    -- what the kind said when people were told; later changes of the kind leave it alone
  notices      integer not null default 0,               -- how often people were told when and where
  lead_from    timestamptz,                              -- since when they know of so early an hour: the lead time runs from here
  lead_cut_at  timestamptz,                              -- the chair let it begin before the lead time was over, for a reason everybody reads
  code         text not null check (code ~ '^[0-9]{6}$'),
  created_at   timestamptz not null,
  created_by   integer not null,
  noticed_at   timestamptz,
  noticed_by   integer,
  checkin_at   timestamptz,
  checkin_by   integer,
  opened_at    timestamptz,
  opened_by    integer,
  adjourned_at timestamptz,
  adjourned_by integer,
  aborted_at   timestamptz,                              -- 没开成: called off beforehand, or failed for want of people
  aborted_by   integer,
  aborted_as   text check (aborted_as in ('called_off', 'failed')),
  aborted_reason text check (length(aborted_reason) between 1 and 200),
  primary key (community_id, id),
  unique (community_id, key),
  unique (community_id, no),
  check (opened_at is null or checkin_at is not null),
  check (adjourned_at is null or opened_at is not null),
  check (aborted_at is null or adjourned_at is null),
  check (num_nulls(aborted_at, aborted_as, aborted_reason) in (0, 3)),
  foreign key (community_id, created_by) references people (community_id, id),
  foreign key (community_id, noticed_by) references people (community_id, id),
  foreign key (community_id, checkin_by) references people (community_id, id),
  foreign key (community_id, opened_by) references people (community_id, id),
  foreign key (community_id, adjourned_by) references people (community_id, id),
  foreign key (community_id, aborted_by) references people (community_id, id)
);
create unique index meetings_code on meetings (community_id, code) where adjourned_at is null and aborted_at is null;
call belongs_to_community('meetings');

create table running_order (
  community_id  integer not null default current_community(),
  meeting_id    integer not null,
  item_id       integer not null,
  position      integer not null,
  minutes       integer not null default 10 check (minutes between 1 and 180),
  introduced_at timestamptz,
  discussing_at timestamptz,
  voting_at     timestamptz,
  declared_at   timestamptz,
  assigned_at   timestamptz,
  deferred_at   timestamptz,
  notes         text not null default '' check (length(notes) <= 4000),
  primary key (community_id, meeting_id, item_id),
  constraint one_place_each unique (community_id, meeting_id, position) deferrable initially deferred,
  foreign key (community_id, meeting_id) references meetings (community_id, id),
  foreign key (community_id, item_id) references agenda_items (community_id, id)
);
-- An item stands on one meeting at a time; a deferred row stays behind as what that meeting did with it.
create unique index running_order_stands on running_order (community_id, item_id) where deferred_at is null;
create index running_order_item on running_order (community_id, item_id);
call belongs_to_community('running_order');

-- Who came, when, and when they left. A row a presence: coming back makes another.
create table attendance (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  meeting_id   integer not null,
  household_id integer,
  person_id    integer,
  seat_id      integer,                                     -- the chair this person sits on tonight
  way          text not null check (way in ('code', 'desk')),
  arrived_at   timestamptz not null,
  left_at      timestamptz,
  recorded_by  integer,
  primary key (community_id, id),
  check (num_nonnulls(household_id, person_id) >= 1),
  foreign key (community_id, meeting_id) references meetings (community_id, id),
  foreign key (community_id, household_id) references households (community_id, id),
  foreign key (community_id, person_id) references people (community_id, id),
  foreign key (community_id, seat_id) references seats (community_id, id),
  foreign key (community_id, recorded_by) references people (community_id, id)
);
create unique index attendance_household on attendance (community_id, meeting_id, household_id) where left_at is null and household_id is not null and seat_id is null;
-- One person speaks for one seat at a time (domain 3.6.1).
create unique index attendance_seat on attendance (community_id, meeting_id, person_id) where left_at is null and seat_id is not null;
create index attendance_meeting on attendance (community_id, meeting_id);
call belongs_to_community('attendance');
