-- 三听: what people said, in their own words, and the matters those words are about.

create table gatherings (
  community_id integer not null default current_community() references communities,
  id           integer generated always as identity,
  no           integer not null default next_no('gathering'),
  title        text not null check (length(title) between 1 and 80),
  place        text not null default '',
  held_at      timestamptz not null,
  created_by   integer not null,
  created_at   timestamptz not null,
  closed_at    timestamptz,
  closed_by    integer,
  primary key (community_id, id),
  unique (community_id, no),
  foreign key (community_id, created_by) references people (community_id, id),
  foreign key (community_id, closed_by) references people (community_id, id)
);
call belongs_to_community('gatherings');

create table visits (
  community_id    integer not null default current_community(),
  id              integer generated always as identity,
  key             uuid not null,                       -- made by the sender, so that sending twice is harmless
  household_id    integer not null,
  volunteer_id    integer not null,
  visited_at      timestamptz not null,
  outcome         text not null check (outcome in ('met', 'not_home', 'refused', 'come_again')),
  note_sealed     bytea,                               -- the volunteer's private remark, never public
  consent_record  boolean not null default false,
  consent_call    boolean not null default false,
  consent_publish boolean not null default false,
  primary key (community_id, id),
  unique (community_id, key),
  foreign key (community_id, household_id) references households (community_id, id),
  foreign key (community_id, volunteer_id) references people (community_id, id)
);
create index visits_household on visits (community_id, household_id, visited_at desc);
call belongs_to_community('visits');

create table issues (
  community_id integer not null default current_community() references communities,
  id           integer generated always as identity,
  no           integer not null default next_no('issue'),
  title        text not null check (length(title) between 1 and 80), -- approved wording; empty of names and doors
  public_text  text not null default '',
  place        text not null default '',
  building_id  integer,
  category     text not null check (category in ('transport', 'light', 'water', 'parking', 'safety', 'clean', 'green', 'noise', 'elder', 'child', 'property', 'other')),
  state        text not null check (state in ('accepted', 'assigned', 'pooled', 'referred', 'in_progress', 'on_agenda', 'decided', 'resolving', 'claimed_done', 'revisiting', 'closed_resolved', 'closed_explained', 'closed_not_adopted', 'closed_referred', 'reopened', 'merged')),
  safety       boolean not null default false,
  frail        boolean not null default false,                       -- older or disabled people are affected
  seat_id      integer,                                              -- who looks after it
  next_step    text not null default '',
  due_on       date,
  reopens      integer not null default 0,
  opened_at    timestamptz not null,
  published_at timestamptz,
  closed_at    timestamptz,
  primary key (community_id, id),
  unique (community_id, no),
  foreign key (community_id, building_id) references buildings (community_id, id),
  foreign key (community_id, seat_id) references seats (community_id, id)
);
create index issues_public on issues (community_id, opened_at desc, id desc) where published_at is not null;
create index issues_state on issues (community_id, state, opened_at desc, id desc);
call belongs_to_community('issues');

-- A public wording is proposed by one person and approved by another (domain 3.11, J13).
create table issue_texts (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  issue_id     integer not null,
  title        text not null check (length(title) between 1 and 80),
  body         text not null check (length(body) <= 2000),
  written_by   integer not null,
  written_at   timestamptz not null,
  approved_by  integer,
  approved_at  timestamptz,
  primary key (community_id, id),
  constraint second_person check (approved_by <> written_by),
  check ((approved_by is null) = (approved_at is null)),
  foreign key (community_id, issue_id) references issues (community_id, id),
  foreign key (community_id, written_by) references people (community_id, id),
  foreign key (community_id, approved_by) references people (community_id, id)
);
create index issue_texts_waiting on issue_texts (community_id, issue_id) where approved_at is null;
call belongs_to_community('issue_texts');

create table filings (
  community_id integer not null default current_community() references communities,
  id           integer generated always as identity,
  key          uuid not null default gen_random_uuid(),
  no           integer not null default next_no('filing'),
  channel      text not null check (channel in ('gather', 'door', 'bridge')),
  words        text not null check (length(words) between 1 and 2000), -- the person's own; nobody edits them
  place        text not null default '',
  building_id  integer,
  household_id integer,
  surname      text not null default '',
  name_shown   boolean not null default false,
  phone_sealed bytea,
  phone_quiet  boolean not null default false,                            -- left with somebody else, to be called back: no texts
  locale       text not null check (locale in ('zh', 'en')),
  code_sha256  bytea not null,
  code_sealed  bytea not null,
  visit_id     integer,
  gathering_id integer,
  recorded_by  integer,
  topic        text,                                                      -- what whoever wrote it down took it for; the desk decides
  state        text not null default 'submitted' check (state in ('submitted', 'need_info', 'accepted', 'declined', 'referred', 'withdrawn')),
  reason       text,                                                    -- code, when declined
  referred_to  text,
  issue_id     integer,
  filed_at     timestamptz not null,
  due_on       date not null,
  primary key (community_id, id),
  unique (community_id, key),
  unique (community_id, no),
  unique (community_id, code_sha256),
  check (state <> 'accepted' or issue_id is not null),
  check (state <> 'declined' or reason is not null),
  foreign key (community_id, building_id) references buildings (community_id, id),
  foreign key (community_id, household_id) references households (community_id, id),
  foreign key (community_id, visit_id) references visits (community_id, id),
  foreign key (community_id, gathering_id) references gatherings (community_id, id),
  foreign key (community_id, recorded_by) references people (community_id, id),
  foreign key (community_id, issue_id) references issues (community_id, id)
);
create index filings_waiting on filings (community_id, filed_at, id) where state in ('submitted', 'need_info');
create index filings_issue on filings (community_id, issue_id);
create index filings_gathering on filings (community_id, gathering_id) where gathering_id is not null;
create index filings_visit on filings (community_id, visit_id) where visit_id is not null;
call belongs_to_community('filings');

-- The thread between the filer and the desk: hers alone, whatever her words were merged into.
create table filing_messages (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  filing_id    integer not null,
  person_id    integer,                                                 -- null: the filer herself
  words        text not null check (length(words) between 1 and 2000),
  at           timestamptz not null,
  primary key (community_id, id),
  foreign key (community_id, filing_id) references filings (community_id, id),
  foreign key (community_id, person_id) references people (community_id, id)
);
create index filing_messages_filing on filing_messages (community_id, filing_id, id);
create index filing_messages_from_filers on filing_messages (community_id, at) where person_id is null;
call belongs_to_community('filing_messages');

-- Pictures live in the database: tenant rules, backups and several processes then need no second mechanism.
create table photos (
  community_id integer not null default current_community() references communities,
  id           integer generated always as identity,
  key          uuid not null default gen_random_uuid(),
  filing_id    integer,                                                 -- null until the form it came with is right
  image        bytea not null check (octet_length(image) <= 3145728),
  width        integer not null,
  height       integer not null,
  taken_in_at  timestamptz not null,
  primary key (community_id, id),
  unique (community_id, key),
  foreign key (community_id, filing_id) references filings (community_id, id)
);
create index photos_filing on photos (community_id, filing_id);
call belongs_to_community('photos');

-- 附议: once per household.
create table supports (
  community_id integer not null default current_community(),
  issue_id     integer not null,
  household_id integer not null,
  at           timestamptz not null,
  primary key (community_id, issue_id, household_id),
  foreign key (community_id, issue_id) references issues (community_id, id),
  foreign key (community_id, household_id) references households (community_id, id)
);
call belongs_to_community('supports');
