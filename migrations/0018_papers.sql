-- 委托、纸票、举手: a vote by phone, on paper or by a raised hand goes into one count, and a household that cannot come may
-- give another a written mandate (domain 3.6, 3.6.1).

-- How many others one household may speak for is a term of the kind of meeting. Where a kind does not say: one; where
-- nothing is decided: none.
create function usual_proxies() returns trigger language plpgsql as $$
begin
  new.terms := jsonb_build_object('proxies', case when new.code in ('salon', 'team') then 0 else 1 end) || new.terms;
  return new;
end $$;
create trigger usual_proxies before insert on meeting_kinds for each row execute function usual_proxies();
do $$
declare
  before text := current_setting('app.community', true);
  community integer;
begin
  for community in select id from communities loop
    perform set_config('app.community', community::text, true);
    update meeting_kinds set terms = jsonb_build_object('proxies', case when code in ('salon', 'team') then 0 else 1 end) || terms;
    -- What people were told of earlier said nothing about it.
    update meetings set terms = '{"proxies":1}'::jsonb || terms where terms is not null;
  end loop;
  perform set_config('app.community', coalesce(before, ''), true);
end $$;

-- 委托书, as the desk saw it. It ends with the meeting, and is void from the principal's first check-in on.
create table mandates (
  community_id  integer not null default current_community(),
  id            integer generated always as identity,
  key           uuid not null,                              -- of the form it came with; the address of its card
  meeting_id    integer not null,
  item_id       integer,                                    -- for the votes on this item alone; null: for the whole meeting
  principal_id  integer not null,                           -- the household that cannot come
  holder_id     integer not null,                           -- the household that speaks for it
  seen_by       text not null check (length(seen_by) between 1 and 30),
  registered_at timestamptz not null,
  registered_by integer not null,
  revoked_at    timestamptz,
  revoked_by    integer,
  struck        boolean not null default false,             -- it was written down by mistake: it never was one, and takes nobody's place
  primary key (community_id, id),
  unique (community_id, key),
  check (principal_id <> holder_id),
  check ((revoked_at is null) = (revoked_by is null)),
  check (revoked_at is not null or not struck),
  foreign key (community_id, meeting_id) references meetings (community_id, id),
  foreign key (community_id, item_id) references agenda_items (community_id, id),
  foreign key (community_id, principal_id) references households (community_id, id),
  foreign key (community_id, holder_id) references households (community_id, id),
  foreign key (community_id, registered_by) references people (community_id, id),
  foreign key (community_id, revoked_by) references people (community_id, id)
);
create index mandates_meeting on mandates (community_id, meeting_id);
call belongs_to_community('mandates');
revoke delete on mandates from wt_app;

alter table votes
  drop constraint votes_way_check,
  -- ticket: of an owner, by the paper that stands for her voice
  add constraint votes_way_check check (way in ('socket', 'form', 'desk', 'ticket', 'proxy', 'paper'));

-- 一批纸票: numbered ballots that were handed out in the room. Each number has to be accounted for before the result is declared.
create table paper_batches (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  key          uuid not null,
  ballot_id    integer not null,
  first_no     integer not null check (first_no between 1 and 9999),
  last_no      integer not null check (last_no between first_no and first_no + 199),
  opened_at    timestamptz not null,
  opened_by    integer not null,
  handed_at    timestamptz,                                 -- when the papers had been handed in: the time of every vote on them
  handed_by    integer,
  first_by     integer,                                     -- the two people who write down what is on them
  second_by    integer,
  sealed_at    timestamptz,                                 -- both agree and the sum is right: from here on nothing in it changes
  counted_at   timestamptz,
  counted_by   integer,
  primary key (community_id, id),
  unique (community_id, key),
  check (first_by is not null or second_by is null),
  check (first_by <> second_by),
  check (sealed_at is null or (handed_at is not null and second_by is not null)),
  check (counted_at is null or sealed_at is not null),
  foreign key (community_id, ballot_id) references ballots (community_id, id),
  foreign key (community_id, opened_by) references people (community_id, id),
  foreign key (community_id, handed_by) references people (community_id, id),
  foreign key (community_id, first_by) references people (community_id, id),
  foreign key (community_id, second_by) references people (community_id, id),
  foreign key (community_id, counted_by) references people (community_id, id)
);
create index paper_batches_ballot on paper_batches (community_id, ballot_id);
call belongs_to_community('paper_batches');

-- One paper as one of the two read it.
create table paper_sheets (
  community_id integer not null default current_community(),
  batch_id     integer not null,
  no           integer not null,
  person_id    integer not null,
  state        text not null check (state in ('filled', 'spoiled', 'blank', 'lost')),
  voter_id     integer,                                     -- a line of the ballot's roll
  line         text,                                        -- as it stands there
  choice       text,
  reason       text check (length(reason) between 1 and 200),
  at           timestamptz not null,
  primary key (community_id, batch_id, no, person_id),
  check (num_nonnulls(voter_id, line, choice) = case when state = 'filled' then 3 else 0 end),
  foreign key (community_id, batch_id) references paper_batches (community_id, id),
  foreign key (community_id, person_id) references people (community_id, id)
);
call belongs_to_community('paper_sheets');
revoke delete on paper_sheets from wt_app;

create function sealed_papers_stay() returns trigger language plpgsql as $$
begin
  if exists (select from paper_batches where id = new.batch_id and sealed_at is not null) then
    raise exception 'papers that were counted are not touched again' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger sealed_papers_stay before insert or update on paper_sheets for each row execute function sealed_papers_stay();

-- 举手: what one of two people counted after the vote had stopped. It belongs to that stop: taken back, the hands are too.
create table hand_counts (
  community_id integer not null default current_community(),
  stop_id      integer not null,
  person_id    integer not null,
  in_favour    integer not null check (in_favour >= 0),
  against      integer not null check (against >= 0),
  abstain      integer not null check (abstain >= 0),
  at           timestamptz not null,
  primary key (community_id, stop_id, person_id),
  foreign key (community_id, stop_id) references stops (community_id, id),
  foreign key (community_id, person_id) references people (community_id, id)
);
call belongs_to_community('hand_counts');

create function hands_end_at_the_close() returns trigger language plpgsql as $$
begin
  if exists (select from stops s join ballots b on b.id = s.ballot_id
    where s.id = coalesce(new.stop_id, old.stop_id) and (b.closed_at is not null or s.resumed_at is not null)) then
    raise exception 'no hands are counted after the close' using errcode = 'check_violation';
  end if;
  return coalesce(new, old);
end $$;
create trigger hands_end_at_the_close before insert or update or delete on hand_counts for each row execute function hands_end_at_the_close();
