-- 业主纸票两人录: a paper that an owner handed back counts once two people have written down the same from it.
create table owner_readings (
  community_id integer not null default current_community(),
  ticket_id    integer not null,
  person_id    integer not null,
  ballot_id    integer not null,
  choice       text not null,
  handed_at    timestamptz not null,
  at           timestamptz not null,
  outcome      text check (outcome in ('counted', 'duplicate')), -- null: it waits for the other reading, or for one that is the same
  primary key (community_id, ticket_id, person_id),
  foreign key (community_id, ticket_id) references tickets (community_id, id),
  foreign key (community_id, ballot_id) references ballots (community_id, id),
  foreign key (community_id, person_id) references people (community_id, id)
);
create index owner_readings_waiting on owner_readings (community_id, ballot_id) where outcome is null;
call belongs_to_community('owner_readings');
revoke delete on owner_readings from wt_app;

create function settled_readings_stay() returns trigger language plpgsql as $$
begin
  if old.outcome is not null then
    raise exception 'papers that two people have read alike are not touched again' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger settled_readings_stay before update on owner_readings for each row execute function settled_readings_stay();

-- Which way the duplicate came. Of two ballots the earlier one counts: a paper may also come before the phone (domain 3.6).
alter table superseded_papers
  add column way text not null default 'desk' check (way in ('desk', 'ticket')),
  add column receipt text;                                       -- of a vote that gave way; its owner has it in hand
