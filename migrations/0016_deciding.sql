-- 选项、排序、无异议: a ballot may ask which of several, in which order, with how many points, or whether anybody objects.
-- A tie, or an objection that stands, leads to another round on the same evening.

alter table ballots
  drop constraint ballots_options_check,
  drop constraint ballots_rule_check,
  drop constraint ballots_electorate_kind_check,
  drop constraint ballots_outcome_check,
  drop constraint ballots_check1,
  add column terms jsonb not null default '{}',                  -- what the rule asks for besides: how many places, a seed for lots, a fraction
  add column round_of integer,                                   -- the vote that ended in a tie or an objection and is taken up again here
  add constraint ballots_options_check check (cardinality(options) between 2 and 12),
  add constraint ballots_rule_check check (rule in ('M1', 'M2', 'M3', 'M4v', 'M4p', 'M4e', 'M5v', 'M5p', 'M5e', 'M6', 'M7', 'M7s',
    'S5', 'S5c', 'S5m', 'G4', 'C1', 'PL', 'AP', 'APt', 'RC', 'SC', 'D1', 'D2')),
  add constraint ballots_electorate_kind_check check (electorate_kind in ('household', 'seat', 'owner')),
  add constraint ballots_voters_check check (electorate_kind = case when rule in ('S5', 'S5c', 'S5m') then 'seat'
    when rule in ('D1', 'D2') then 'owner' else 'household' end),
  add constraint ballots_outcome_check check (outcome in ('passed', 'rejected', 'again', 'ordered')),
  add foreign key (community_id, round_of) references ballots (community_id, id);

alter table ballots alter column terms drop default;

-- An answer is a word, or numbers of options: '2' one, '1,4' some, '3,1,2' an order, '5,0,3' points.
alter table votes
  drop constraint votes_choice_check,
  add column reason text check (length(reason) between 1 and 200), -- why somebody objects; printed without a name
  add constraint votes_choice_check check (choice ~ '^(for|against|abstain|follow|consent|aside|object|none|[0-9]{1,3}(,[0-9]{1,3}){0,11})$');
