-- 议, prepared: the kinds of meetings a community holds, how people are told, who comes, what there is to choose from.

-- 会议类型 as rows a community may change. A meeting copies its kind's terms when people are told of it (meetings.terms).
create table meeting_kinds (
  community_id integer not null default current_community() references communities,
  id           integer generated always as identity,
  code         text not null check (code ~ '^[a-z_]{2,20}$'),
  position     integer not null,
  terms        jsonb not null,                             -- src/agenda/kinds/rules.ts says what is in it
  changed_at   timestamptz,
  changed_by   integer,
  primary key (community_id, id),
  unique (community_id, code),
  foreign key (community_id, changed_by) references people (community_id, id)
);
call belongs_to_community('meeting_kinds');
alter table meetings add foreign key (community_id, kind) references meeting_kinds (community_id, code);

-- Every community begins with the nine usual kinds (domain 3.4, 3.5). Lead times: ours, save the assembly of owners, whose
-- fifteen days are the law's (Property Management Regulations art. 14) and cannot be cut.
create function usual_meeting_kinds() returns trigger language plpgsql as $$
declare
  before text := current_setting('app.community', true);
  all278 jsonb := '["278-1","278-2","278-3","278-4","278-5","278-6","278-7","278-8","278-9"]';
  common jsonb := '["common"]';
begin
  perform set_config('app.community', new.id::text, true);
  insert into meeting_kinds (code, position, terms) values
  ('five_party', 1, jsonb_build_object('name', '五位一体会议', 'nameEn', 'Five-party meeting', 'convenor', '居民区党组织', 'convenorEn', 'Party branch',
    'leadDays', 3, 'leadFixed', false, 'proof', 'one', 'quorum', '{"of":"seats","least":4,"required":true}'::jsonb, 'rule', 'S5', 'decides', common, 'advises', all278,
    'order', '[{"name":"签到、核对席位","nameEn":"Sign-in, seats checked","minutes":10},{"name":"上次决议办得怎么样","nameEn":"What became of the last decisions","minutes":10},{"name":"逐项议事：介绍、发言、表决、定责任人","nameEn":"Item by item: introduction, discussion, vote, who does it","minutes":0},{"name":"宣读结果，散会","nameEn":"Results read out, close","minutes":5}]'::jsonb, 'gates', '[]'::jsonb)),
  ('hearing', 2, jsonb_build_object('name', '听证会', 'nameEn', 'Hearing', 'convenor', '居委会', 'convenorEn', 'Residents'' Committee',
    'leadDays', 7, 'leadFixed', false, 'proof', 'one', 'quorum', '{"of":"none"}'::jsonb, 'rule', 'M1', 'decides', '[]'::jsonb, 'advises', common || all278,
    'order', '[{"name":"说明事由和方案","nameEn":"The matter and the options","minutes":15},{"name":"受影响的居民陈述","nameEn":"Those affected speak","minutes":0},{"name":"有关单位答复","nameEn":"The offices answer","minutes":20},{"name":"归纳意见，宣布怎么用","nameEn":"Opinions summed up, what will be done with them","minutes":10}]'::jsonb, 'gates', '[]'::jsonb)),
  ('coordination', 3, jsonb_build_object('name', '协调会', 'nameEn', 'Coordination meeting', 'convenor', '居委会', 'convenorEn', 'Residents'' Committee',
    'leadDays', 3, 'leadFixed', false, 'proof', 'one', 'quorum', '{"of":"none"}'::jsonb, 'rule', 'C1', 'decides', common, 'advises', all278,
    'order', '[{"name":"各方说自己的难处","nameEn":"Each side tells its difficulty","minutes":20},{"name":"找共同点，提办法","nameEn":"Common ground and ways out","minutes":0},{"name":"问有没有异议","nameEn":"Any objection?","minutes":10},{"name":"写下约定，各方确认","nameEn":"The agreement written down and confirmed","minutes":10}]'::jsonb, 'gates', '[]'::jsonb)),
  ('appraisal', 4, jsonb_build_object('name', '评议会', 'nameEn', 'Appraisal meeting', 'convenor', '居委会', 'convenorEn', 'Residents'' Committee',
    'leadDays', 7, 'leadFixed', false, 'proof', 'one', 'quorum', '{"of":"none"}'::jsonb, 'rule', 'M1', 'decides', '[]'::jsonb, 'advises', common || all278,
    'order', '[{"name":"承办人报告办理情况","nameEn":"Whoever was to do it reports","minutes":15},{"name":"居民评议","nameEn":"Residents appraise","minutes":0},{"name":"承办人当场回应","nameEn":"Answers on the spot","minutes":15},{"name":"宣布评议结果","nameEn":"The appraisal announced","minutes":5}]'::jsonb, 'gates', '[]'::jsonb)),
  ('residents', 5, jsonb_build_object('name', '居民会议', 'nameEn', 'Residents'' assembly', 'convenor', '居委会', 'convenorEn', 'Residents'' Committee',
    'leadDays', 7, 'leadFixed', false, 'proof', 'buildings', 'quorum', '{"of":"heads","num":1,"den":2,"strict":true}'::jsonb, 'rule', 'M2', 'decides', common, 'advises', all278,
    'order', '[{"name":"签到，报告到会人数","nameEn":"Sign-in, attendance reported","minutes":15},{"name":"逐项说明、发言、表决","nameEn":"Item by item: explained, discussed, voted","minutes":0},{"name":"宣布结果","nameEn":"Results announced","minutes":10}]'::jsonb, 'gates', '[]'::jsonb)),
  ('owners', 6, jsonb_build_object('name', '业主大会', 'nameEn', 'Owners'' assembly', 'convenor', '业委会', 'convenorEn', 'Owners'' Committee',
    'leadDays', 15, 'leadFixed', true, 'proof', 'buildings', 'quorum', '{"of":"units","num":2,"den":3,"strict":false}'::jsonb, 'rule', 'D1', 'decides', common || all278, 'advises', '[]'::jsonb,
    'order', '[{"name":"核对业主名册、面积和委托书","nameEn":"Owners'' roll, areas and mandates checked","minutes":20},{"name":"逐项说明","nameEn":"Item by item explained","minutes":0},{"name":"送达和收回表决票","nameEn":"Ballots handed out and collected","minutes":30},{"name":"唱票、计票、公布","nameEn":"Read out, counted, published","minutes":30}]'::jsonb, 'gates', '[]'::jsonb)),
  ('salon', 7, jsonb_build_object('name', '志愿者沙龙', 'nameEn', 'Volunteers'' salon', 'convenor', '志愿者召集人', 'convenorEn', 'The volunteers'' convenor',
    'leadDays', 1, 'leadFixed', false, 'proof', 'none', 'quorum', '{"of":"none"}'::jsonb, 'rule', 'M1', 'decides', '[]'::jsonb, 'advises', common,
    'order', '[{"name":"一人一句近况","nameEn":"A word from each","minutes":15},{"name":"聊这次的话题","nameEn":"The topics","minutes":0},{"name":"约下次、分活","nameEn":"Next time, who does what","minutes":10}]'::jsonb, 'gates', '[]'::jsonb)),
  ('team', 8, jsonb_build_object('name', '工作团队会议', 'nameEn', 'Working team meeting', 'convenor', '团队负责人', 'convenorEn', 'Team leader',
    'leadDays', 1, 'leadFixed', false, 'proof', 'none', 'quorum', '{"of":"none"}'::jsonb, 'rule', 'M1', 'decides', '[]'::jsonb, 'advises', common || all278,
    'order', '[{"name":"手上的事到哪一步","nameEn":"Where things stand","minutes":15},{"name":"逐项商量","nameEn":"Item by item","minutes":0},{"name":"谁做、什么时候","nameEn":"Who, by when","minutes":10}]'::jsonb, 'gates', '[]'::jsonb)),
  ('four_two', 9, jsonb_build_object('name', '四议两公开', 'nameEn', 'Four deliberations, two disclosures', 'convenor', '村党组织', 'convenorEn', 'Village Party branch',
    'leadDays', 7, 'leadFixed', false, 'proof', 'one', 'quorum', '{"of":"heads","num":1,"den":2,"strict":true}'::jsonb, 'rule', 'G4', 'decides', common, 'advises', '[]'::jsonb,
    'order', '[{"name":"通报前三步的结果","nameEn":"What the first three stages said","minutes":10},{"name":"逐项决议","nameEn":"Item by item resolved","minutes":0},{"name":"宣布结果和公开的地方","nameEn":"Results, and where they will be posted","minutes":10}]'::jsonb,
    'gates', '["propose","consult","party","assembly","publish","report"]'::jsonb));
  perform set_config('app.community', coalesce(before, ''), true);
  return new;
end $$;
create trigger usual_meeting_kinds after insert on communities for each row execute function usual_meeting_kinds();

-- 张贴凭据: that the notice hung where people pass. A photograph, or place, hour and who put it up.
create table notice_proofs (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  key          uuid not null,                              -- of the form it came with
  meeting_id   integer not null,
  nth          integer not null check (nth >= 1),          -- of which notice: the first, or one after a change
  place        text not null check (length(place) between 1 and 80),
  posted_by    text not null check (length(posted_by) between 1 and 40),
  posted_at    timestamptz not null,
  image        bytea check (octet_length(image) <= 3145728),
  recorded_at  timestamptz not null,
  recorded_by  integer not null,
  primary key (community_id, id),
  unique (community_id, key),
  foreign key (community_id, meeting_id) references meetings (community_id, id),
  foreign key (community_id, recorded_by) references people (community_id, id)
);
create index notice_proofs_meeting on notice_proofs (community_id, meeting_id);
call belongs_to_community('notice_proofs');

-- At which buildings it hung; none: at the board of the whole neighbourhood.
create table notice_proof_buildings (
  community_id integer not null default current_community(),
  proof_id     integer not null,
  building_id  integer not null,
  primary key (community_id, proof_id, building_id),
  foreign key (community_id, proof_id) references notice_proofs (community_id, id),
  foreign key (community_id, building_id) references buildings (community_id, id)
);
call belongs_to_community('notice_proof_buildings');

-- 人工干预清单: where somebody let a rule not count, with the reason everybody reads (domain 3.12). Never taken back.
create table overrides (
  community_id integer not null default current_community() references communities,
  id           integer generated always as identity,
  what         text not null check (what in ('notice_lead')),
  meeting_id   integer not null,
  reason       text not null check (length(reason) between 1 and 200),
  at           timestamptz not null,
  person_id    integer not null,
  primary key (community_id, id),
  foreign key (community_id, meeting_id) references meetings (community_id, id),
  foreign key (community_id, person_id) references people (community_id, id)
);
call belongs_to_community('overrides');
revoke update, delete on overrides from wt_app;

-- 席位回执: whether a party comes, who for it, and who instead.
create table seat_answers (
  community_id integer not null default current_community(),
  meeting_id   integer not null,
  seat_id      integer not null,
  coming       boolean not null,
  person_id    integer,
  alternate_id integer,
  stand_in     text not null default '' check (length(stand_in) <= 40),  -- somebody with a written mandate for the day
  answered_at  timestamptz not null,
  answered_by  integer not null,
  primary key (community_id, meeting_id, seat_id),
  check (coming or num_nulls(person_id, alternate_id) = 2),
  foreign key (community_id, meeting_id) references meetings (community_id, id),
  foreign key (community_id, seat_id) references seats (community_id, id),
  foreign key (community_id, person_id) references people (community_id, id),
  foreign key (community_id, alternate_id) references people (community_id, id),
  foreign key (community_id, answered_by) references people (community_id, id)
);
call belongs_to_community('seat_answers');

-- Whom an item touches, by building.
create table item_buildings (
  community_id integer not null default current_community(),
  item_id      integer not null,
  building_id  integer not null,
  primary key (community_id, item_id, building_id),
  foreign key (community_id, item_id) references agenda_items (community_id, id),
  foreign key (community_id, building_id) references buildings (community_id, id)
);
call belongs_to_community('item_buildings');

-- 方案: what there is to choose between. Money in 分, whole numbers.
create table item_options (
  community_id integer not null default current_community(),
  id           integer generated always as identity,
  key          uuid not null,                              -- of the form it came with
  item_id      integer not null,
  title        text not null check (length(title) between 1 and 40),
  timing       text not null default '' check (length(timing) <= 60),
  cost         integer not null check (cost >= 0),
  per          text not null check (per in ('once', 'month', 'year')),
  bearer       text not null check (bearer in ('none', 'households', 'income', 'fund', 'property', 'town', 'other')),
  share        text not null check (share in ('all', 'affected')),
  pros         text not null default '' check (length(pros) <= 400),
  cons         text not null default '' check (length(cons) <= 400),
  added_at     timestamptz not null,
  added_by     integer not null,
  primary key (community_id, id),
  unique (community_id, key),
  foreign key (community_id, item_id) references agenda_items (community_id, id),
  foreign key (community_id, added_by) references people (community_id, id)
);
create index item_options_item on item_options (community_id, item_id);
call belongs_to_community('item_options');

-- 四议两公开: what each stage said of an item. The fourth is the meeting's own vote and stands with the ballots.
create table item_gates (
  community_id integer not null default current_community(),
  item_id      integer not null,
  gate         text not null check (gate in ('propose', 'consult', 'party', 'publish', 'report')),
  held_on      date not null,
  due          integer check (due >= 0),
  attended     integer check (attended >= 0),
  yes          integer check (yes >= 0),
  passed       boolean not null,
  note         text not null default '' check (length(note) <= 200),
  recorded_at  timestamptz not null,
  recorded_by  integer not null,
  primary key (community_id, item_id, gate),
  foreign key (community_id, item_id) references agenda_items (community_id, id),
  foreign key (community_id, recorded_by) references people (community_id, id)
);
call belongs_to_community('item_gates');
