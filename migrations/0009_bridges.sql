-- 桥: who passes on what people say elsewhere, and what arrived by them before the desk has looked at it.

create table bridges (
  community_id integer not null default current_community() references communities,
  id           integer generated always as identity,
  key          uuid not null default gen_random_uuid(),      -- its name in addresses; programs come to it
  name         text not null check (length(name) between 1 and 40),
  kind         text not null check (kind in ('wechat', 'hotline', 'partner', 'webhook', 'open311', 'mailbox', 'box')),
  keeper_id    integer,                                      -- who looks after it
  topics       text[] not null default '{}',                 -- the categories it may send; none: any
  per_hour     integer not null default 60 check (per_hour between 1 and 10000),
  active       boolean not null default true,
  headings     jsonb not null default '{}',                  -- field → the heading its files have for it
  hosts        text[] not null default '{}',                 -- hosts that an administrator lets us call though the guard would not
  source_url   text not null default '',                     -- the Open311 endpoint to pull from
  push_url     text not null default '',                     -- where it wants to hear how matters stand
  mail         jsonb not null default '{}',                  -- host, port and user of an IMAP mailbox; none: the folder
  mail_sealed  bytea,                                        -- its password
  asked_at     timestamptz,                                  -- when we last asked it for news, and
  answered_at  timestamptz,                                  -- when that last went well, and
  trouble      text not null default '',                     -- what went wrong since
  created_by   integer not null,
  created_at   timestamptz not null,
  primary key (community_id, id),
  unique (community_id, key),
  foreign key (community_id, keeper_id) references people (community_id, id),
  foreign key (community_id, created_by) references people (community_id, id)
);
call belongs_to_community('bridges');

-- What programs prove themselves with. A hook's secret has to be known again to check a signature, so it is sealed; a
-- token is only ever compared, so its hash is enough. At most two of a kind live at a time: the old one until all have changed.
create table bridge_secrets (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  bridge_id    integer not null,
  kind         text not null check (kind in ('hook', 'token')),
  sealed       bytea,
  token_sha256 bytea,
  made_by      integer not null,
  made_at      timestamptz not null,
  revoked_at   timestamptz,
  primary key (community_id, id),
  unique (community_id, token_sha256),
  check ((kind = 'hook') = (sealed is not null) and (kind = 'token') = (token_sha256 is not null)),
  foreign key (community_id, bridge_id) references bridges (community_id, id),
  foreign key (community_id, made_by) references people (community_id, id)
);
create index bridge_secrets_bridge on bridge_secrets (community_id, bridge_id) where revoked_at is null;
call belongs_to_community('bridge_secrets');

-- What arrived by others. It becomes a filing, or is set aside with a reason; it is never lost and never comes twice.
create table arrivals (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  key          uuid not null default gen_random_uuid(),
  bridge_id    integer not null,
  external_no  text not null default '' check (length(external_no) <= 100), -- the number it has over there
  fingerprint  text not null check (length(fingerprint) <= 120),            -- by it we know that it has been here before
  words        text not null check (length(words) between 1 and 20000),
  place        text not null default '',
  category     text,
  sender_sealed bytea,                                       -- name and phone of who said it
  photo_key    uuid,
  media_url    text not null default '' check (length(media_url) <= 500), -- a link somebody sent; we never fetch it
  point        text not null default '' check (length(point) <= 40),      -- '31.230416, 121.473701', for the desk
  said_at      timestamptz,
  arrived_at   timestamptz not null,
  state        text not null default 'waiting' check (state in ('waiting', 'filed', 'aside')),
  reason       text,
  filing_id    integer,
  decided_by   integer,
  decided_at   timestamptz,
  primary key (community_id, id),
  unique (community_id, key),
  unique (community_id, bridge_id, fingerprint),
  check ((state = 'filed') = (filing_id is not null)),
  check ((state = 'aside') = (reason is not null)),
  foreign key (community_id, bridge_id) references bridges (community_id, id),
  foreign key (community_id, photo_key) references photos (community_id, key),
  foreign key (community_id, filing_id) references filings (community_id, id),
  foreign key (community_id, decided_by) references people (community_id, id)
);
create index arrivals_state on arrivals (community_id, state, id);
create index arrivals_rate on arrivals (community_id, bridge_id, arrived_at);
create index arrivals_filing on arrivals (community_id, filing_id) where filing_id is not null;
create index arrivals_photo on arrivals (community_id, photo_key) where photo_key is not null;
create index arrivals_named on arrivals (community_id, decided_at) where sender_sealed is not null and decided_at is not null;
call belongs_to_community('arrivals');

-- Which signed messages have been here: the same one again changes nothing.
create table hook_calls (
  community_id integer not null default current_community(),
  bridge_id    integer not null,
  webhook_id   text not null check (length(webhook_id) between 1 and 200),
  arrival_id   integer,
  at           timestamptz not null,
  primary key (community_id, bridge_id, webhook_id),
  foreign key (community_id, bridge_id) references bridges (community_id, id),
  foreign key (community_id, arrival_id) references arrivals (community_id, id)
);
create index hook_calls_old on hook_calls (community_id, at);
create index hook_calls_rate on hook_calls (community_id, bridge_id, at);
call belongs_to_community('hook_calls');

-- A file between being sent and being imported: its cells, sealed, because they hold names and phones. For a day.
create table imports (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  key          uuid not null default gen_random_uuid(),
  bridge_id    integer not null,
  name         text not null,
  sheet_sealed bytea not null,
  made_by      integer not null,
  made_at      timestamptz not null,
  primary key (community_id, id),
  unique (community_id, key),
  foreign key (community_id, bridge_id) references bridges (community_id, id),
  foreign key (community_id, made_by) references people (community_id, id)
);
call belongs_to_community('imports');

-- Who passed something on hears how it stands, in the transaction in which that changes: what is rolled back is never
-- told, and no verb of a later stage has to remember it. `to_sealed` holds the bridge's key, which is no secret to us.
create function tell_bridges(moved_filing integer, moved_issue integer) returns void language sql as $$
  insert into outbox (dedup_key, channel, to_sealed, body)
  select 'status:' || gen_random_uuid(), 'webhook', convert_to(b.key::text, 'UTF8'),
         json_build_object('at', now(), 'id', a.key, 'number', a.external_no, 'filing', f.state, 'issue', i.state,
                           'public', case when i.published_at is not null then i.no end)::text
  from filings f join arrivals a on a.filing_id = f.id join bridges b on b.id = a.bridge_id
  left join issues i on i.id = f.issue_id
  where b.push_url <> '' and b.active and (f.id = moved_filing or f.issue_id = moved_issue)
$$;
create function tell_bridges_of_filing() returns trigger language plpgsql as $$
begin perform tell_bridges(new.id, null); return null; end $$;
create function tell_bridges_of_issue() returns trigger language plpgsql as $$
begin perform tell_bridges(null, new.id); return null; end $$;
create function tell_bridges_of_arrival() returns trigger language plpgsql as $$
begin
  if new.state = 'filed' then perform tell_bridges(new.filing_id, null);
  else
    insert into outbox (dedup_key, channel, to_sealed, body)
    select 'status:' || gen_random_uuid(), 'webhook', convert_to(key::text, 'UTF8'),
           json_build_object('at', now(), 'id', new.key, 'number', new.external_no, 'aside', new.reason)::text
    from bridges where id = new.bridge_id and push_url <> '' and active;
  end if;
  return null;
end $$;
create trigger tell_bridges after update of state, issue_id on filings for each row
  when (old.state is distinct from new.state or old.issue_id is distinct from new.issue_id)
  execute function tell_bridges_of_filing();
create trigger tell_bridges after update of state, published_at on issues for each row
  when (old.state is distinct from new.state or old.published_at is distinct from new.published_at)
  execute function tell_bridges_of_issue();
create trigger tell_bridges after update of state on arrivals for each row
  when (old.state is distinct from new.state and new.state <> 'waiting')
  execute function tell_bridges_of_arrival();
