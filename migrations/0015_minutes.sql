-- 纪要: what the journal and the records say of a meeting, in words people answer for (domain 3.4).

create table minutes (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  meeting_id   integer not null,
  facts        jsonb not null,                      -- the record as it was read last; no table that is printed says anything else
  round        integer not null default 1,          -- of confirmation: taken back and sent again it is another
  drafted_at   timestamptz not null,
  drafted_by   integer not null,
  sent_at      timestamptz,
  sent_by      integer,
  text_sha256  text,                                -- of the words the seats were sent
  published_at timestamptz,
  published_by integer,
  public_until date,                                -- kept, not reckoned anew: it hangs on the wall
  archived_at  timestamptz,
  archived_by  integer,
  primary key (community_id, id),
  unique (community_id, meeting_id),
  check ((sent_at is null) = (text_sha256 is null)),
  check (published_at is null or sent_at is not null),
  check ((published_at is null) = (public_until is null)),
  check (archived_at is null or published_at is not null),
  foreign key (community_id, meeting_id) references meetings (community_id, id),
  foreign key (community_id, drafted_by) references people (community_id, id),
  foreign key (community_id, sent_by) references people (community_id, id),
  foreign key (community_id, published_by) references people (community_id, id),
  foreign key (community_id, archived_by) references people (community_id, id)
);
call belongs_to_community('minutes');
revoke delete on minutes from wt_app;

-- One piece of the text: the opening (0), each item, the closing. What was written by itself stays beside what people made of it.
create table minutes_parts (
  community_id integer not null default current_community(),
  minutes_id   integer not null,
  nth          integer not null check (nth >= 0),
  generated    text not null,
  edited       text check (length(edited) between 1 and 6000),
  edited_from  text,                                -- what stood beside it then: if that has changed since, somebody should look
  edited_at    timestamptz,
  edited_by    integer,
  rev          integer not null default 1,
  primary key (community_id, minutes_id, nth),
  check ((edited is null) = (edited_from is null)),
  foreign key (community_id, minutes_id) references minutes (community_id, id),
  foreign key (community_id, edited_by) references people (community_id, id)
);
call belongs_to_community('minutes_parts');
revoke delete on minutes_parts from wt_app;

-- A row a seat that was asked, from the moment it was: one without an answer is 未确认, and stays it.
create table minutes_answers (
  community_id integer not null default current_community(),
  minutes_id   integer not null,
  round        integer not null,
  seat_id      integer not null,
  answer       text check (answer in ('confirmed', 'objected')),
  words        text not null default '' check (length(words) <= 1000),
  person_id    integer,                             -- who answered for the seat
  answered_at  timestamptz,
  reply        text not null default '' check (length(reply) <= 1000),
  replied_at   timestamptz,
  replied_by   integer,
  primary key (community_id, minutes_id, round, seat_id),
  check ((answer is null) = (answered_at is null)),
  check (answer is distinct from 'objected' or words <> ''),
  check ((replied_at is null) = (reply = '')),
  foreign key (community_id, minutes_id) references minutes (community_id, id),
  foreign key (community_id, seat_id) references seats (community_id, id),
  foreign key (community_id, person_id) references people (community_id, id),
  foreign key (community_id, replied_by) references people (community_id, id)
);
call belongs_to_community('minutes_answers');
revoke delete on minutes_answers from wt_app;

-- What a neighbour says against minutes that hang out. Her words are for the desk; everybody reads what it was about
-- (`gist`) and what was answered.
create table minutes_objections (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  key          uuid not null,                       -- of the form it came with
  minutes_id   integer not null,
  household_id integer,
  recorded_by  integer,                             -- who of the desk wrote down what was said there
  words        text not null check (length(words) between 1 and 1000),
  at           timestamptz not null,
  gist         text not null default '' check (length(gist) <= 120),
  reply        text not null default '' check (length(reply) <= 1000),
  replied_at   timestamptz,
  replied_by   integer,
  primary key (community_id, id),
  unique (community_id, key),
  check (num_nonnulls(household_id, recorded_by) >= 1),
  check ((replied_at is null) = (reply = '') and (replied_at is null) = (gist = '')),
  foreign key (community_id, minutes_id) references minutes (community_id, id),
  foreign key (community_id, household_id) references households (community_id, id),
  foreign key (community_id, recorded_by) references people (community_id, id),
  foreign key (community_id, replied_by) references people (community_id, id)
);
create index minutes_objections_minutes on minutes_objections (community_id, minutes_id, id);
call belongs_to_community('minutes_objections');
revoke delete on minutes_objections from wt_app;
