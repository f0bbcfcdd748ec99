-- Flowing together: what is alike is found, what is one matter is put together and can be taken apart again.

-- 并案 (domain 3.3): a matter put into another keeps its number, its voices and its story; it only points.
alter table issues add column merged_into integer;
alter table issues add foreign key (community_id, merged_into) references issues (community_id, id);
alter table issues add constraint merged_points check ((state = 'merged') = (merged_into is not null) and merged_into <> id);
create index issues_merged on issues (community_id, merged_into) where merged_into is not null;

-- Each time something was put together: a whole matter, or one filing. What it was before, so that it can be again.
create table mergers (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  issue_id     integer,
  filing_id    integer,
  into_id      integer not null,
  was          text not null,
  merged_at    timestamptz not null,
  merged_by    integer,                                   -- null: the filer herself said "me too"
  undone_at    timestamptz,
  undone_by    integer,
  primary key (community_id, id),
  check (num_nonnulls(issue_id, filing_id) = 1),
  foreign key (community_id, issue_id) references issues (community_id, id),
  foreign key (community_id, filing_id) references filings (community_id, id),
  foreign key (community_id, into_id) references issues (community_id, id),
  foreign key (community_id, merged_by) references people (community_id, id),
  foreign key (community_id, undone_by) references people (community_id, id)
);
create index mergers_issue on mergers (community_id, issue_id) where issue_id is not null;
create index mergers_filing on mergers (community_id, filing_id) where filing_id is not null;
create index mergers_into on mergers (community_id, into_id);
call belongs_to_community('mergers');

-- 这不是一回事: a filer says so within a week; the desk takes it apart or says why not.
create table objections (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  merger_id    integer not null,
  filing_id    integer not null,
  words        text not null default '' check (length(words) <= 500),
  at           timestamptz not null,
  settled_at   timestamptz,
  settled_by   integer,
  primary key (community_id, id),
  unique (community_id, merger_id, filing_id),
  foreign key (community_id, merger_id) references mergers (community_id, id),
  foreign key (community_id, filing_id) references filings (community_id, id),
  foreign key (community_id, settled_by) references people (community_id, id)
);
create index objections_waiting on objections (community_id, id) where settled_at is null;
call belongs_to_community('objections');

-- 我也是 from a browser that is bound to no door: once a browser.
create table nods (
  community_id   integer not null default current_community(),
  issue_id       integer not null,
  browser_sha256 bytea not null,
  at             timestamptz not null,
  primary key (community_id, issue_id, browser_sha256),
  foreign key (community_id, issue_id) references issues (community_id, id)
);
call belongs_to_community('nods');

-- Words that mean the same here: proposed by a merge, counted once the desk has said yes.
create table synonyms (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  word         text not null check (length(word) between 2 and 12),
  alike        text not null check (length(alike) between 2 and 12),
  times        integer not null default 1,
  proposed_at  timestamptz not null,
  approved_at  timestamptz,
  approved_by  integer,
  refused_at   timestamptz,
  primary key (community_id, id),
  unique (community_id, word, alike),
  foreign key (community_id, approved_by) references people (community_id, id)
);
call belongs_to_community('synonyms');

-- 回复模板: what the desk says again and again, by what it is doing.
create table reply_templates (
  community_id integer not null default current_community() references communities,
  id           integer generated always as identity,
  act          text not null check (act in ('merger', 'question', 'referral', 'refusal', 'reply')),
  name         text not null check (length(name) between 1 and 30),
  words        text not null check (length(words) between 2 and 500),
  primary key (community_id, id),
  unique (community_id, act, name)
);
call belongs_to_community('reply_templates');

-- Days that are not as the statutory calendar says (domain 3.10).
create table calendar_days (
  community_id integer not null default current_community() references communities,
  day          date not null,
  working      boolean not null,
  note         text not null check (length(note) between 1 and 60),
  set_by       integer not null,
  set_at       timestamptz not null,
  primary key (community_id, day),
  foreign key (community_id, set_by) references people (community_id, id)
);
call belongs_to_community('calendar_days');

-- 复议: who was told no may ask once more, and the chair decides (domain 3.2, row 3).
create table appeals (
  community_id integer not null default current_community(),
  filing_id    integer not null,
  words        text not null check (length(words) between 1 and 1000),
  at           timestamptz not null,
  decided_at   timestamptz,
  decided_by   integer,
  upheld       boolean,                                   -- true: the no stands
  answer       text not null default '' check (length(answer) <= 500),
  primary key (community_id, filing_id),
  check ((decided_at is null) = (upheld is null)),
  foreign key (community_id, filing_id) references filings (community_id, id),
  foreign key (community_id, decided_by) references people (community_id, id)
);
create index appeals_waiting on appeals (community_id, at) where decided_at is null;
call belongs_to_community('appeals');

-- 有进展告诉我: an address that was confirmed, and how to leave again.
create table subscriptions (
  community_id  integer not null default current_community(),
  id            integer generated always as identity,
  issue_id      integer not null,
  channel       text not null check (channel in ('sms', 'mail')),
  address_hmac  bytea not null,                           -- so that one address is one subscription, without reading it
  to_sealed     bytea not null,
  locale        text not null check (locale in ('zh', 'en')),
  token_sha256  bytea not null,
  token_sealed  bytea not null,
  asked_at      timestamptz not null,
  confirmed_at  timestamptz,
  left_at       timestamptz,
  primary key (community_id, id),
  unique (community_id, issue_id, address_hmac),
  unique (community_id, token_sha256),
  foreign key (community_id, issue_id) references issues (community_id, id)
);
call belongs_to_community('subscriptions');

-- Lists stay as fast as their first page, however many closed matters there are.
create index issues_open on issues (community_id, opened_at desc, id desc) where closed_at is null;
create index issues_ledger on issues (community_id, (closed_at is not null), coalesce(due_on, 'infinity'), (-id));
create index issues_category on issues (community_id, category, opened_at desc, id desc) where published_at is not null;
create index issues_building on issues (community_id, building_id, opened_at desc, id desc) where published_at is not null;

-- The search. `openly` holds what anybody may read, `desk` the raw words too. Matters stand on shelves of 8,192, by their
-- number, and each lexeme begins with its community and its shelf: finding goes from the newest shelf to the oldest and
-- stops when a page is full, so that a common word costs no more among a million matters than among a thousand.
create table issue_search (
  community_id integer not null default current_community(),
  issue_id     integer not null,
  no           integer not null,
  tokenizer    smallint not null,
  open         boolean not null,
  published    boolean not null,
  openly       tsvector not null,
  desk         tsvector not null,
  primary key (community_id, issue_id),
  foreign key (community_id, issue_id) references issues (community_id, id)
);
create index issue_search_stale on issue_search (community_id, tokenizer);
create index issue_search_under_way on issue_search (community_id, no desc) where open;
create index issue_search_openly on issue_search using gin (openly) with (fastupdate = off) where published;
create index issue_search_desk on issue_search using gin (desk) with (fastupdate = off);
create index issue_search_open on issue_search using gin (desk) with (fastupdate = off) where open;
call belongs_to_community('issue_search');
-- Not for its owner: `@@` is not leakproof, so behind row-level security it may not use an index. The two functions below
-- are the only way that passes, each asks for the community itself, and they give ids that row-level security judges again.
alter table issue_search no force row level security;

create function keep_search_state() returns trigger language plpgsql as $$
begin
  update issue_search set open = (new.closed_at is null), published = (new.published_at is not null)
  where community_id = new.community_id and issue_id = new.id
    and (open <> (new.closed_at is null) or published <> (new.published_at is not null));
  return null;
end $$;
create trigger keep_search_state after update of closed_at, published_at on issues
  for each row when (old.closed_at is distinct from new.closed_at or old.published_at is distinct from new.published_at)
  execute function keep_search_state();

create function shelf_of(no integer) returns integer language sql immutable parallel safe as $$ select no >> 13 $$;

-- `asked` is a tsquery with @ for community and shelf.
create function on_shelf(asked text, shelf integer) returns tsquery language sql stable parallel safe
  as $$ select replace(asked, '@', current_community() || '.' || shelf || '.')::tsquery $$;

-- One page of matters that hold all that is asked, the latest number first. A loop inside a loop: the next shelf is only
-- looked at when those before it have not filled the page.
create function found_issues(asked text, openly boolean, states text[], before integer, most integer) returns table (issue_id integer)
  language plpgsql stable security definer set search_path = public, pg_temp
as $$
declare
  home   constant integer := current_community();
  newest constant integer := shelf_of(coalesce(before - 1, (select max(i.no) from issues i where i.community_id = home), 0));
begin
  if openly then
    return query select m.issue_id from generate_series(newest, 0, -1) shelf cross join lateral (
      select s.issue_id from issue_search s
      where s.published and s.openly @@ on_shelf(asked, shelf) and s.community_id = home and (before is null or s.no < before)
        and (states is null or exists (select from issues i where i.community_id = home and i.id = s.issue_id and i.state = any(states)))
      order by s.no desc limit most) m limit most;
  else
    return query select m.issue_id from generate_series(newest, 0, -1) shelf cross join lateral (
      select s.issue_id from issue_search s
      where s.desk @@ on_shelf(asked, shelf) and s.community_id = home and (before is null or s.no < before)
        and (states is null or exists (select from issues i where i.community_id = home and i.id = s.issue_id and i.state = any(states)))
      order by s.no desc limit most) m limit most;
  end if;
end $$;

-- The open matters that share most with what is asked, of the 2,000 newest that share anything; which of them is meant is
-- weighed outside. Only shelves with an open matter are looked at.
create function alike_issues(asked text, openly boolean, most integer) returns table (issue_id integer)
  language plpgsql stable security definer set search_path = public, pg_temp
as $$
declare
  home constant integer := current_community();
begin
  return query
    with recursive shelves as (
      select (select shelf_of(max(s.no)) from issue_search s where s.community_id = home and s.open) as shelf
      union all
      select (select shelf_of(max(s.no)) from issue_search s where s.community_id = home and s.open and s.no < shelves.shelf << 13)
      from shelves where shelves.shelf is not null),
    near as (
      select m.issue_id, m.desk, shelves.shelf from shelves cross join lateral (
        select s.issue_id, s.desk from issue_search s
        where s.open and s.desk @@ on_shelf(asked, shelves.shelf) and s.community_id = home and (not alike_issues.openly or s.published)
        order by s.no desc limit 2000) m
      where shelves.shelf is not null limit 2000)
    select n.issue_id from near n order by ts_rank(n.desk, on_shelf(asked, n.shelf)) desc, n.issue_id desc limit most;
end $$;
revoke execute on function found_issues, alike_issues from public;
grant execute on function found_issues, alike_issues to wt_app;
