-- 决: a ballot is frozen when it opens; after the close nothing counts and nothing is lost (trust 4.2).

create table ballots (
  community_id      integer not null default current_community(),
  id                integer generated always as identity,
  no                integer not null default next_no('ballot'),
  meeting_id        integer not null,
  item_id           integer not null,
  question          text not null check (length(question) between 1 and 120),
  options           text[] not null check (options <@ array['for', 'against', 'abstain'] and options @> array['for', 'against']),
  rule              text not null check (rule in ('M1', 'M2', 'M3', 'M4v', 'M4p', 'M4e', 'M5v', 'M5p', 'M5e', 'M7', 'S5')),
  rule_version      integer not null default 1,                  -- the edition in force when it was frozen (vote/rules/catalogue.ts)
  electorate_kind   text not null check (electorate_kind in ('household', 'seat')),
  tally_shown       text not null check (tally_shown in ('live', 'after_close')),
  question_sha256   text not null,
  electorate_sha256 text not null,
  eligible          integer not null check (eligible >= 0),
  required_seats    integer[] not null default '{}',             -- part of rule S5: who must be in the room, as it was at the opening
  opened_at         timestamptz not null,
  opened_by         integer not null,
  closed_at         timestamptz,
  closed_by         integer,
  outcome           text check (outcome in ('passed', 'rejected')),
  reason            text,                                        -- the rule's own reason code
  numbers           jsonb,                                       -- what the rule was given, so anybody can recount
  primary key (community_id, id),
  unique (community_id, no),
  check ((closed_at is null) = (outcome is null)),
  check ((rule = 'S5') = (electorate_kind = 'seat')),
  foreign key (community_id, meeting_id, item_id) references running_order (community_id, meeting_id, item_id),
  foreign key (community_id, opened_by) references people (community_id, id),
  foreign key (community_id, closed_by) references people (community_id, id)
);
create unique index ballots_one_open on ballots (community_id, meeting_id) where closed_at is null;
call belongs_to_community('ballots');
revoke delete on ballots from wt_app;

-- A ballot goes one way: open, closed. What was asked of whom never changes, and a closed one is not touched again.
create function ballot_goes_one_way() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then raise exception 'a ballot is never deleted' using errcode = 'check_violation'; end if;
  if old.closed_at is not null then raise exception 'a closed ballot is not touched again' using errcode = 'check_violation'; end if;
  if (to_jsonb(old) - '{closed_at,closed_by,outcome,reason,numbers}'::text[]) <> (to_jsonb(new) - '{closed_at,closed_by,outcome,reason,numbers}'::text[]) then
    raise exception 'an open ballot cannot be changed' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger ballot_goes_one_way before update or delete on ballots for each row execute function ballot_goes_one_way();

-- The roll, copied when the ballot opens; later edits of the register do not touch it.
create table electorate (
  community_id integer not null default current_community(),
  ballot_id    integer not null,
  voter_id     integer not null,                                 -- the household's or the seat's id
  line         text not null,                                    -- its line in the roll's fingerprint, as it was called then
  household_id integer,
  seat_id      integer,
  primary key (community_id, ballot_id, voter_id),
  check (num_nonnulls(household_id, seat_id) = 1 and voter_id = coalesce(household_id, seat_id)),
  foreign key (community_id, ballot_id) references ballots (community_id, id),
  foreign key (community_id, household_id) references households (community_id, id),
  foreign key (community_id, seat_id) references seats (community_id, id)
);
call belongs_to_community('electorate');
revoke update, delete on electorate from wt_app;

-- Nobody joins the roll later either: it is written by the transaction that opens the ballot, or not at all.
create function roll_is_frozen() returns trigger language plpgsql as $$
begin
  if exists (select from added a join ballots b on b.id = a.ballot_id where b.xmin <> pg_current_xact_id()::xid) then
    raise exception 'the roll of a ballot is frozen when it opens' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger roll_is_frozen after insert on electorate referencing new table as added
  for each statement execute function roll_is_frozen();

create table votes (
  community_id integer not null default current_community(),
  ballot_id    integer not null,
  voter_id     integer not null,
  choice       text not null check (choice in ('for', 'against', 'abstain')),
  rev          integer not null default 1,                       -- how often this voter decided
  way          text not null check (way in ('socket', 'form', 'desk')),
  person_id    integer,                                          -- who cast it, where that is known
  cast_at      timestamptz not null,
  receipt      text not null,                                    -- of the decision that stands; published at the close, without the choice
  primary key (community_id, ballot_id, voter_id),
  foreign key (community_id, ballot_id, voter_id) references electorate (community_id, ballot_id, voter_id),
  foreign key (community_id, person_id) references people (community_id, id)
) with (fillfactor = 60); -- people change their minds: the new decision stays on the page of the old one
call belongs_to_community('votes');
revoke delete on votes from wt_app;

-- The casting statement judges the close under a lock; whatever else might write votes meets this, once a statement.
create function votes_end_at_the_close() returns trigger language plpgsql as $$
begin
  if exists (select from cast_now c join ballots b on b.id = c.ballot_id where b.closed_at is not null and b.xmin <> pg_current_xact_id()::xid) then
    raise exception 'nothing is cast after the close' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger votes_end_at_the_close after insert on votes referencing new table as cast_now
  for each statement execute function votes_end_at_the_close();
create trigger votes_change_until_the_close after update on votes referencing new table as cast_now
  for each statement execute function votes_end_at_the_close();

-- One attempt, one key: sent twice it counts once and gets the same receipt. Written by the statement that writes the
-- vote, whose own foreign key has just looked the voter up: a second look cost a quarter of the whole.
create table vote_keys (
  community_id   integer not null default current_community(),
  ballot_id      integer not null,
  voter_id       integer not null,
  key            uuid not null,
  request_sha256 text not null,
  receipt        text not null,
  primary key (community_id, ballot_id, voter_id, key)
);
call belongs_to_community('vote_keys');
revoke update, delete on vote_keys from wt_app;
