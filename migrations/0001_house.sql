-- The house: who works here, whose rows are whose. Everything after this file builds on these rules (trust 4.5).

-- The app never works as the login that owns the tables: an owner or superuser would pass row-level security.
do $$ begin
  create role wt_app nologin;
exception when duplicate_object or unique_violation then null;
end $$;
do $$ begin
  if not pg_has_role(current_user, 'wt_app', 'member') then execute format('grant wt_app to %I', current_user); end if;
end $$;
grant usage on schema public to wt_app;

-- Whose rows a transaction may touch. Nothing set means nobody's: every policy then compares with null (fail closed).
create function current_community() returns integer
  language sql stable parallel safe
  as $$ select nullif(current_setting('app.community', true), '')::integer $$;

-- The four rules of a table that belongs to communities. Called once a table by the migrations, never by the app.
create procedure belongs_to_community(tbl regclass) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', tbl);
  execute format('alter table %s force row level security', tbl);
  execute format('create policy own_community on %s using (community_id = current_community()) with check (community_id = current_community())', tbl);
  execute format('grant select, insert, update, delete on %s to wt_app', tbl);
end $$;

create table communities (
  id         integer generated always as identity primary key,
  slug       text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{1,39}$'),
  name       text not null check (length(name) between 1 and 40),
  name_en    text not null check (length(name_en) between 1 and 80),
  prefix     text not null check (prefix ~ '^[A-Z]{2,4}$'), -- of the numbers people quote: WT-2026-0147
  phone      text not null default '',
  created_at timestamptz not null default now()
);
-- Enabled but not forced: the house itself (migrations, the list of communities) sees all, the app only its own.
alter table communities enable row level security;
create policy own_community on communities using (id = current_community());
grant select on communities to wt_app;

-- Numbers people quote run within a community. Sequences, not a counter row: a row would let one filing at a time commit.
create function number_community() returns trigger language plpgsql as $$
declare kind text;
begin
  foreach kind in array array['filing', 'gathering', 'issue', 'item', 'meeting', 'ballot', 'resolution', 'question', 'survey'] loop
    execute format('create sequence %I', 'no_' || kind || '_' || new.id);
  end loop;
  return new;
end $$;
create trigger number_community after insert on communities for each row execute function number_community();

create function next_no(kind text) returns integer
  language sql volatile security definer set search_path = public, pg_temp
  as $$ select nextval(format('no_%s_%s', kind, current_community())::regclass)::integer $$;
grant execute on function next_no(text) to wt_app;

-- What people are to be told (trust 4.6): written in the business transaction, sent by a worker, at least once.
create table outbox (
  community_id integer not null default current_community() references communities,
  id           integer generated always as identity,
  dedup_key    text not null,
  channel      text not null check (channel in ('sms', 'mail', 'webhook')),
  to_sealed    bytea not null,
  body         text not null,
  attempts     integer not null default 0,
  next_at      timestamptz not null default now(),
  sent_at      timestamptz,
  failed_at    timestamptz,
  primary key (community_id, id),
  unique (community_id, dedup_key)
);
create index outbox_waiting on outbox (community_id, next_at) where sent_at is null and failed_at is null;
call belongs_to_community('outbox');
