-- Nothing changes without a line here: who, what, when, from, to. Lines are added, never altered.

create table journal (
  community_id integer not null default current_community() references communities,
  id           bigint generated always as identity,
  at           timestamptz not null,
  subject      text not null check (subject in ('household', 'person', 'seat', 'filing', 'visit', 'gathering', 'issue', 'item', 'meeting', 'ballot', 'resolution', 'bridge', 'round', 'question', 'survey', 'kind')),
  subject_id   integer not null,
  verb         text not null,                            -- 'issue.accepted': the message that tells it
  was          text,
  became       text,
  person_id    integer,
  household_id integer,
  seat_id      integer,
  particulars  jsonb not null default '{}',
  primary key (community_id, id),
  foreign key (community_id, person_id) references people (community_id, id),
  foreign key (community_id, household_id) references households (community_id, id),
  foreign key (community_id, seat_id) references seats (community_id, id)
);
create index journal_subject on journal (community_id, subject, subject_id, id);
call belongs_to_community('journal');
revoke update, delete on journal from wt_app;
