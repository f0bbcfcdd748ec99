/** The whole data model on one page. `test/lib/schema.test.ts` fails when it drifts from the migrations. */
import type { ColumnType, Generated, Kysely, Transaction } from 'kysely'

export type Db = Kysely<Database>
/** Ask for a Trx, not a Db, when a function is only correct inside a transaction. */
export type Trx = Transaction<Database>

export type Subject =
  | 'household'
  | 'person'
  | 'seat'
  | 'filing'
  | 'visit'
  | 'round'
  | 'gathering'
  | 'question'
  | 'survey'
  | 'issue'
  | 'item'
  | 'meeting'
  | 'ballot'
  | 'resolution'
  | 'bridge'
  | 'kind'
  | 'unit'

/** A day as 'YYYY-MM-DD'. */
type Day = string
/** Filled in by the database from the bound community; no query names the tenant by hand. */
type Own = ColumnType<number, never, never>
type Json = ColumnType<Record<string, unknown>, string, string>

export interface Database {
  communities: Communities
  outbox: Outbox
  buildings: Buildings
  stairwells: Stairwells
  households: Households
  teams: Teams
  people: People
  person_roles: PersonRoles
  seats: Seats
  seat_holders: SeatHolders
  entry_tokens: EntryTokens
  sessions: Sessions
  access_log: AccessLog
  owners: Owners
  units: Units
  unit_owners: UnitOwners
  unit_sales: UnitSales
  gatherings: Gatherings
  visits: Visits
  rounds: Rounds
  round_doors: RoundDoors
  issues: Issues
  issue_texts: IssueTexts
  filings: Filings
  filing_messages: FilingMessages
  photos: Photos
  supports: Supports
  agenda_items: AgendaItems
  agenda_links: AgendaLinks
  meetings: Meetings
  running_order: RunningOrder
  attendance: Attendance
  mandates: Mandates
  // console
  gavels: Gavels
  walls: Walls
  turns: Turns
  recusals: Recusals
  stops: Stops
  ballots: Ballots
  electorate: Electorate
  electorate_units: ElectorateUnits
  electorate_buyers: ElectorateBuyers
  electorate_settlements: ElectorateSettlements
  tickets: Tickets
  deliveries: Deliveries
  superseded_papers: SupersededPapers
  owner_readings: OwnerReadings
  votes: Votes
  vote_keys: VoteKeys
  // papers
  paper_batches: PaperBatches
  paper_sheets: PaperSheets
  hand_counts: HandCounts
  resolutions: Resolutions
  trials: Trials
  trial_readings: TrialReadings
  steps: Steps
  updates: Updates
  revisits: Revisits
  journal: Journal
  // bridges
  bridges: Bridges
  bridge_secrets: BridgeSecrets
  arrivals: Arrivals
  hook_calls: HookCalls
  imports: Imports
  mergers: Mergers
  objections: Objections
  nods: Nods
  synonyms: Synonyms
  reply_templates: ReplyTemplates
  calendar_days: CalendarDays
  appeals: Appeals
  subscriptions: Subscriptions
  issue_search: IssueSearch
  // hear
  gathering_buildings: GatheringBuildings
  gathering_signups: GatheringSignups
  gathering_lines: GatheringLines
  questions: Questions
  question_voices: QuestionVoices
  question_statements: QuestionStatements
  question_answers: QuestionAnswers
  question_results: QuestionResults
  agenda_pictures: AgendaPictures
  // surveys
  surveys: Surveys
  survey_buildings: SurveyBuildings
  survey_questions: SurveyQuestions
  survey_skips: SurveySkips
  survey_voices: SurveyVoices
  survey_answers: SurveyAnswers
  survey_releases: SurveyReleases
  survey_results: SurveyResults
  agenda_surveys: AgendaSurveys
  minutes: Minutes
  minutes_parts: MinutesParts
  minutes_answers: MinutesAnswers
  minutes_objections: MinutesObjections
  // prepare
  meeting_kinds: MeetingKinds
  notice_proofs: NoticeProofs
  notice_proof_buildings: NoticeProofBuildings
  overrides: Overrides
  seat_answers: SeatAnswers
  item_buildings: ItemBuildings
  item_options: ItemOptions
  item_gates: ItemGates
}

interface Communities {
  id: Generated<number>
  slug: string
  name: string
  name_en: string
  prefix: string
  phone: Generated<string>
  created_at: Generated<Date>
}

interface Outbox {
  community_id: Own
  id: Generated<number>
  dedup_key: string
  channel: 'sms' | 'mail' | 'webhook'
  to_sealed: Buffer
  body: string
  attempts: Generated<number>
  next_at: Generated<Date>
  sent_at: Date | null
  failed_at: Date | null
}

interface Buildings {
  community_id: Own
  id: Generated<number>
  name: string
  position: number
}

interface Stairwells {
  community_id: Own
  id: Generated<number>
  building_id: number
  name: string
}

interface Households {
  community_id: Own
  id: Generated<number>
  building_id: number
  stairwell_id: number | null
  floor: number
  door: string
  area: number
  owner_heads: Generated<number>
}

interface Owners {
  community_id: Own
  id: Generated<number>
  name_sealed: Buffer | null
  name_hmac: string | null
}

interface Units {
  community_id: Own
  id: Generated<number>
  building: string
  door: string
  name: string
  kind: 'flat' | 'shop' | 'parking' | 'storage'
  area: number
  counts_area: boolean
  counts_head: boolean
  delivered: boolean
  agreed_id: number | null
  household_id: number | null
}

interface UnitOwners {
  community_id: Own
  unit_id: number
  owner_id: number
}

interface UnitSales {
  community_id: Own
  id: Generated<number>
  unit_id: number
  owner_id: number
  recorded_at: Date
  recorded_by: number
}

interface Teams {
  community_id: Own
  id: Generated<number>
  name: string
}

interface People {
  community_id: Own
  id: Generated<number>
  name: string
  post: Generated<string>
  household_id: number | null
  team_id: number | null
  created_at: Generated<Date>
  left_at: Date | null
}

interface PersonRoles {
  community_id: Own
  person_id: number
  role: 'resident' | 'volunteer' | 'staff' | 'chair' | 'manager' | 'admin'
  granted_at: Generated<Date>
}

interface Seats {
  community_id: Own
  id: Generated<number>
  position: number
  name: string
  name_en: string
  character: string
  colour: 'seal' | 'leaf' | 'sky' | 'gold' | 'dusk' | 'plum' | 'teal'
  voting: Generated<boolean>
  required: Generated<boolean>
  vacant_since: Date | null
}

interface SeatHolders {
  community_id: Own
  seat_id: number
  person_id: number
  rank: number
  meeting_id: number | null
}

interface EntryTokens {
  community_id: Own
  id: Generated<number>
  household_id: number | null
  person_id: number | null
  token_sha256: Buffer
  issued_at: Date
  issued_by: number | null
  expires_at: Date
  used_at: Date | null
}

interface Sessions {
  community_id: Own
  id: Generated<number>
  token_sha256: Buffer
  household_id: number | null
  person_id: number | null
  device: Generated<string>
  created_at: Date
  seen_at: Date
  expires_at: Date
  revoked_at: Date | null
}

interface AccessLog {
  community_id: Own
  id: Generated<number>
  at: Date
  person_id: number
  subject: string
  fields: string[]
  purpose: string
}

interface Gatherings {
  community_id: Own
  id: Generated<number>
  no: Generated<number>
  title: string
  place: Generated<string>
  held_at: Date
  created_by: number
  created_at: Date
  closed_at: Date | null
  closed_by: number | null
  announced_at: Date | null
  audience: Generated<'all' | 'buildings' | 'group'>
  for_group: Generated<string>
  places: number | null
  board_key: Generated<string>
  door_key: Generated<string>
  rev: Generated<number>
  moved_at: Date | null
  called_off_at: Date | null
  called_off_by: number | null
  called_off_why: Generated<string>
}

interface Visits {
  community_id: Own
  id: Generated<number>
  key: string
  household_id: number
  volunteer_id: number
  visited_at: Date
  outcome: 'met' | 'not_home' | 'refused' | 'come_again'
  note_sealed: Buffer | null
  consent_record: Generated<boolean>
  consent_call: Generated<boolean>
  consent_publish: Generated<boolean>
  stated_at: Date | null
  received_at: Date | null
}

// 走访任务: rounds
interface Rounds {
  community_id: Own
  id: Generated<number>
  key: string
  name: string
  person_id: number | null
  team_id: number | null
  ends_on: Day
  created_by: number
  created_at: Date
  closed_at: Date | null
  closed_by: number | null
}

interface RoundDoors {
  community_id: Own
  round_id: number
  household_id: number
}

interface Issues {
  community_id: Own
  id: Generated<number>
  no: Generated<number>
  title: string
  public_text: Generated<string>
  place: Generated<string>
  building_id: number | null
  category: string
  state: string
  safety: Generated<boolean>
  frail: Generated<boolean>
  seat_id: number | null
  next_step: Generated<string>
  due_on: Day | null
  reopens: Generated<number>
  opened_at: Date
  published_at: Date | null
  closed_at: Date | null
  merged_into: number | null
}

interface IssueTexts {
  community_id: Own
  id: Generated<number>
  issue_id: number
  title: string
  body: string
  written_by: number
  written_at: Date
  approved_by: number | null
  approved_at: Date | null
}

interface Filings {
  community_id: Own
  id: Generated<number>
  key: Generated<string>
  no: Generated<number>
  channel: 'gather' | 'door' | 'bridge'
  words: string
  place: Generated<string>
  building_id: number | null
  household_id: number | null
  surname: Generated<string>
  name_shown: Generated<boolean>
  phone_sealed: Buffer | null
  phone_quiet: Generated<boolean>
  topic: string | null
  locale: 'zh' | 'en'
  code_sha256: Buffer
  code_sealed: Buffer
  visit_id: number | null
  gathering_id: number | null
  recorded_by: number | null
  state: Generated<'submitted' | 'need_info' | 'accepted' | 'declined' | 'referred' | 'withdrawn'>
  reason: string | null
  referred_to: string | null
  issue_id: number | null
  filed_at: Date
  due_on: Day
}

interface FilingMessages {
  community_id: Own
  id: Generated<number>
  filing_id: number
  person_id: number | null
  words: string
  at: Date
}

interface Photos {
  community_id: Own
  id: Generated<number>
  key: Generated<string>
  filing_id: number | null
  image: Buffer
  width: number
  height: number
  taken_in_at: Date
}

interface Supports {
  community_id: Own
  issue_id: number
  household_id: number
  at: Date
}

interface AgendaItems {
  community_id: Own
  id: Generated<number>
  key: Generated<string>
  no: Generated<number>
  title: string
  question: string
  background: Generated<string>
  subject: Generated<string>
  expert: Generated<string>
  expert_name: Generated<string>
  created_at: Date
  created_by: number
  withdrawn_at: Date | null
  again_of: number | null
}

interface AgendaLinks {
  community_id: Own
  item_id: number
  issue_id: number
  linked_at: Date
  linked_by: number
}

interface Meetings {
  community_id: Own
  id: Generated<number>
  key: Generated<string>
  no: Generated<number>
  title: string
  place: Generated<string>
  starts_at: Date
  kind: Generated<string>
  terms: Json | null
  notices: Generated<number>
  lead_from: Date | null
  lead_cut_at: Date | null
  code: string
  created_at: Date
  created_by: number
  noticed_at: Date | null
  noticed_by: number | null
  checkin_at: Date | null
  checkin_by: number | null
  opened_at: Date | null
  opened_by: number | null
  adjourned_at: Date | null
  adjourned_by: number | null
  suspended_at: Date | null
  suspended_by: number | null
  aborted_at: Date | null
  aborted_by: number | null
  aborted_as: 'called_off' | 'failed' | null
  aborted_reason: string | null
}

interface RunningOrder {
  community_id: Own
  meeting_id: number
  item_id: number
  position: number
  minutes: Generated<number>
  introduced_at: Date | null
  discussing_at: Date | null
  voting_at: Date | null
  declared_at: Date | null
  assigned_at: Date | null
  deferred_at: Date | null
  notes: Generated<string>
  extra_minutes: Generated<number>
}

interface Gavels {
  community_id: Own
  meeting_id: number
  person_id: number
  session_id: number
  taken_at: Date
  beat_at: Date
  offered_at: Date | null
}

interface Walls {
  community_id: Own
  meeting_id: number
  frame: Generated<'follow' | 'welcome' | 'agenda' | 'timer' | 'black'>
  frozen_at: Date | null
  covered_at: Date | null
}

interface Turns {
  community_id: Own
  id: Generated<number>
  meeting_id: number
  item_id: number
  household_id: number | null
  seat_id: number | null
  name: Generated<string>
  raised_at: Date
  lowered_at: Date | null
  called_at: Date | null
  ended_at: Date | null
}

interface Recusals {
  community_id: Own
  meeting_id: number
  item_id: number
  seat_id: number
  at: Date
  by: number
}

interface Stops {
  community_id: Own
  id: Generated<number>
  ballot_id: number
  stopped_at: Date
  stopped_by: number
  resumed_at: Date | null
}

interface Attendance {
  community_id: Own
  id: Generated<number>
  meeting_id: number
  household_id: number | null
  person_id: number | null
  seat_id: number | null
  way: 'code' | 'desk'
  arrived_at: Date
  left_at: Date | null
  recorded_by: number | null
}

interface Mandates {
  community_id: Own
  id: Generated<number>
  key: string
  meeting_id: number
  item_id: number | null
  principal_id: number
  holder_id: number
  seen_by: string
  registered_at: Date
  registered_by: number
  revoked_at: Date | null
  revoked_by: number | null
  struck: Generated<boolean>
}

interface Ballots {
  community_id: Own
  id: Generated<number>
  no: Generated<number>
  meeting_id: number
  item_id: number
  question: string
  options: string[]
  rule: string
  rule_version: Generated<number>
  terms: Json
  round_of: number | null
  electorate_kind: 'household' | 'seat' | 'owner'
  tally_shown: 'live' | 'after_close'
  question_sha256: string
  electorate_sha256: string
  eligible: number
  required_seats: Generated<number[]>
  opened_at: Date
  opened_by: number
  closes_at: Date | null
  closed_at: Date | null
  closed_by: number | null
  outcome: 'passed' | 'rejected' | 'again' | 'ordered' | null
  reason: string | null
  numbers: Json | null
}

interface Electorate {
  community_id: Own
  ballot_id: number
  voter_id: number
  line: string
  household_id: number | null
  seat_id: number | null
  owner_id: number | null
  head: number | null
  building: string | null
}

interface ElectorateUnits {
  community_id: Own
  ballot_id: number
  unit_id: number
  head: number
  name: string
  area: number
  counts_area: boolean
  counts_head: boolean
  owners: number[]
  agreed_id: number | null
}

interface ElectorateBuyers {
  community_id: Own
  ballot_id: number
  unit_id: number
  owner_id: number
}

interface ElectorateSettlements {
  community_id: Own
  ballot_id: number
  head: number
  voter_id: number
  at: Date
  by: number
}

interface Tickets {
  community_id: Own
  id: Generated<number>
  ballot_id: number
  voter_id: number
  owner_id: number
  token_sha256: Buffer
  issued_at: Date
  issued_by: number
  revoked_at: Date | null
}

interface SupersededPapers {
  community_id: Own
  id: Generated<number>
  key: string
  ballot_id: number
  voter_id: number
  choice: string
  at: Date
  recorded_by: number
  way: Generated<'desk' | 'ticket'>
  receipt: string | null
}

interface OwnerReadings {
  community_id: Own
  ticket_id: number
  person_id: number
  ballot_id: number
  choice: string
  handed_at: Date
  at: Date
  outcome: 'counted' | 'duplicate' | null
}

interface Deliveries {
  community_id: Own
  id: Generated<number>
  ballot_id: number
  voter_id: number
  how: 'handed' | 'letterbox' | 'sent' | 'notFound'
  at: Date
  recorded_by: number
}

interface Votes {
  community_id: Own
  ballot_id: number
  voter_id: number
  choice: string
  reason: string | null
  rev: Generated<number>
  way: 'socket' | 'form' | 'desk' | 'ticket' | 'proxy' | 'paper'
  person_id: number | null
  bought_by: number | null
  cast_at: Date
  receipt: string
}

interface VoteKeys {
  community_id: Own
  ballot_id: number
  voter_id: number
  key: string
  request_sha256: string
  receipt: string
}

interface PaperBatches {
  community_id: Own
  id: Generated<number>
  key: string
  ballot_id: number
  first_no: number
  last_no: number
  opened_at: Date
  opened_by: number
  handed_at: Date | null
  handed_by: number | null
  first_by: number | null
  second_by: number | null
  sealed_at: Date | null
  counted_at: Date | null
  counted_by: number | null
}

interface PaperSheets {
  community_id: Own
  batch_id: number
  no: number
  person_id: number
  state: 'filled' | 'spoiled' | 'blank' | 'lost'
  voter_id: number | null
  line: string | null
  choice: string | null
  reason: string | null
  at: Date
}

interface HandCounts {
  community_id: Own
  stop_id: number
  person_id: number
  in_favour: number
  against: number
  abstain: number
  at: Date
}

interface Resolutions {
  community_id: Own
  id: Generated<number>
  no: Generated<number>
  meeting_id: number
  item_id: number
  ballot_id: number | null
  text: string
  seat_id: number
  person_id: number
  due_on: Day
  cycle: Generated<number>
  made_at: Date
  made_by: number
  claimed_at: Date | null
  claimed_by: number | null
  evidence: Generated<string>
  closed_at: Date | null
}

interface Trials {
  community_id: Own
  resolution_id: number
  ends_on: Day
  metric: string
  unit: string
  target: number
  item_id: number | null
  asked_at: Date | null
  ended_at: Date | null
  ended_as: 'kept' | 'dropped' | 'lapsed' | null
}

interface TrialReadings {
  community_id: Own
  resolution_id: number
  day: Day
  value: number
  note: Generated<string>
  at: Date
  person_id: number
}

interface Steps {
  community_id: Own
  id: Generated<number>
  resolution_id: number
  position: number
  title: string
  weight: Generated<number>
  evidence: Generated<string>
  done_at: Date | null
  done_by: number | null
}

interface Updates {
  community_id: Own
  id: Generated<number>
  resolution_id: number
  words: string
  at: Date
  person_id: number
}

interface Revisits {
  community_id: Own
  id: Generated<number>
  resolution_id: number
  filing_id: number
  cycle: number
  asked_at: Date
  answered_at: Date | null
  solved: 'yes' | 'partly' | 'no' | null
  satisfied: number | null
  why: Generated<string>
  way: 'link' | 'phone' | 'door' | 'desk' | null
  recorded_by: number | null
}

interface Journal {
  community_id: Own
  id: Generated<number>
  at: Date
  subject: Subject
  subject_id: number
  verb: string
  was: string | null
  became: string | null
  person_id: number | null
  household_id: number | null
  seat_id: number | null
  particulars: Json
}

// bridges

interface Bridges {
  community_id: Own
  id: Generated<number>
  key: Generated<string>
  name: string
  kind: 'wechat' | 'hotline' | 'partner' | 'webhook' | 'open311' | 'mailbox' | 'box'
  keeper_id: number | null
  topics: Generated<string[]>
  per_hour: Generated<number>
  active: Generated<boolean>
  headings: Json
  hosts: Generated<string[]>
  source_url: Generated<string>
  push_url: Generated<string>
  mail: Json
  mail_sealed: Buffer | null
  asked_at: Date | null
  answered_at: Date | null
  trouble: Generated<string>
  created_by: number
  created_at: Date
}

interface BridgeSecrets {
  community_id: Own
  id: Generated<number>
  bridge_id: number
  kind: 'hook' | 'token'
  sealed: Buffer | null
  token_sha256: Buffer | null
  made_by: number
  made_at: Date
  revoked_at: Date | null
}

interface Arrivals {
  community_id: Own
  id: Generated<number>
  key: Generated<string>
  bridge_id: number
  external_no: Generated<string>
  fingerprint: string
  words: string
  place: Generated<string>
  category: string | null
  sender_sealed: Buffer | null
  photo_key: string | null
  media_url: Generated<string>
  point: Generated<string>
  said_at: Date | null
  arrived_at: Date
  state: Generated<'waiting' | 'filed' | 'aside'>
  reason: string | null
  filing_id: number | null
  decided_by: number | null
  decided_at: Date | null
}

interface HookCalls {
  community_id: Own
  bridge_id: number
  webhook_id: string
  arrival_id: number | null
  at: Date
}

interface Imports {
  community_id: Own
  id: Generated<number>
  key: Generated<string>
  bridge_id: number
  name: string
  sheet_sealed: Buffer
  made_by: number
  made_at: Date
}

// flow: what is alike, what is put together, what people are told of it.

interface Mergers {
  community_id: Own
  id: Generated<number>
  issue_id: number | null
  filing_id: number | null
  into_id: number
  was: string
  merged_at: Date
  merged_by: number | null
  undone_at: Date | null
  undone_by: number | null
}

interface Objections {
  community_id: Own
  id: Generated<number>
  merger_id: number
  filing_id: number
  words: Generated<string>
  at: Date
  settled_at: Date | null
  settled_by: number | null
}

interface Nods {
  community_id: Own
  issue_id: number
  browser_sha256: Buffer
  at: Date
}

interface Synonyms {
  community_id: Own
  id: Generated<number>
  word: string
  alike: string
  times: Generated<number>
  proposed_at: Date
  approved_at: Date | null
  approved_by: number | null
  refused_at: Date | null
}

interface ReplyTemplates {
  community_id: Own
  id: Generated<number>
  act: 'merger' | 'question' | 'referral' | 'refusal' | 'reply'
  name: string
  words: string
}

interface CalendarDays {
  community_id: Own
  day: Day
  working: boolean
  note: string
  set_by: number
  set_at: Date
}

interface Appeals {
  community_id: Own
  filing_id: number
  words: string
  at: Date
  decided_at: Date | null
  decided_by: number | null
  upheld: boolean | null
  answer: Generated<string>
}

interface Subscriptions {
  community_id: Own
  id: Generated<number>
  issue_id: number
  channel: 'sms' | 'mail'
  address_hmac: Buffer
  to_sealed: Buffer
  locale: 'zh' | 'en'
  token_sha256: Buffer
  token_sealed: Buffer
  asked_at: Date
  confirmed_at: Date | null
  left_at: Date | null
}

/** The two columns of lexemes are only ever written and asked by functions of the database. */
interface IssueSearch {
  community_id: Own
  issue_id: number
  no: number
  tokenizer: number
  open: boolean
  published: boolean
  openly: string
  desk: string
}

// hear

interface GatheringBuildings {
  community_id: Own
  gathering_id: number
  building_id: number
}

interface GatheringSignups {
  community_id: Own
  id: Generated<number>
  key: string
  gathering_id: number
  nth: number
  household_id: number | null
  name: Generated<string>
  phone_sealed: Buffer | null
  locale: 'zh' | 'en'
  added_by: number | null
  signed_at: Date
  arrived_at: Date | null
  waiting_since: Date | null
  withdrawn_at: Date | null
}

interface GatheringLines {
  community_id: Own
  id: Generated<number>
  key: string
  gathering_id: number
  nth: number
  words: string
  signup_id: number | null
  speaker: Generated<string>
  noted_by: number
  noted_at: Date
  rev: Generated<number>
  gone: 'undone' | 'struck' | null
  filing_id: number | null
}

interface Questions {
  community_id: Own
  id: Generated<number>
  no: Generated<number>
  key: string
  title: string
  lead: Generated<string>
  closes_at: Date
  created_by: number
  created_at: Date
}

interface QuestionVoices {
  community_id: Own
  id: Generated<number>
  question_id: number
  household_id: number | null
  token_sha256: Buffer | null
  began_at: Date
}

interface QuestionStatements {
  community_id: Own
  id: Generated<number>
  key: string
  question_id: number
  words: string
  state: Generated<'waiting' | 'approved' | 'rejected'>
  reason: Generated<string>
  voice_id: number | null
  said_at: Date
  decided_by: number | null
  decided_at: Date | null
}

interface QuestionAnswers {
  community_id: Own
  voice_id: number
  statement_id: number
  opinion: number
  answered_at: Date
}

interface QuestionResults {
  community_id: Own
  question_id: number
  answers: number
  reckoned_at: Date
  result: Json
}

interface AgendaPictures {
  community_id: Own
  item_id: number
  question_id: number
  result: Json
}

interface Surveys {
  community_id: Own
  id: Generated<number>
  no: Generated<number>
  key: string
  title: string
  why: Generated<string>
  audience: Generated<'all' | 'buildings'>
  closes_at: Date
  stop_at_quota: Generated<boolean>
  created_by: number
  created_at: Date
  opened_by: number | null
  opened_at: Date | null
  closed_by: number | null
  closed_at: Date | null
}

interface SurveyBuildings {
  community_id: Own
  survey_id: number
  building_id: number
  invited: boolean
  wanted: number | null
}

interface SurveyQuestions {
  community_id: Own
  id: Generated<number>
  key: string
  survey_id: number
  position: number
  kind: 'single' | 'multiple' | 'scale' | 'text'
  words: string
  options: Generated<string[]>
  most: number | null
  by_building: Generated<boolean>
}

interface SurveySkips {
  community_id: Own
  question_id: number
  choice: number
  to_id: number | null
}

interface SurveyVoices {
  community_id: Own
  id: Generated<number>
  survey_id: number
  household_id: number | null
  token_sha256: Buffer | null
  began_at: Date
}

interface SurveyAnswers {
  community_id: Own
  voice_id: number
  question_id: number
  choices: Generated<number[]>
  words: Generated<string>
}

interface SurveyReleases {
  community_id: Own
  voice_id: number
  question_id: number
  words: string
  released_by: number
  released_at: Date
}

interface SurveyResults {
  community_id: Own
  survey_id: number
  reckoned_at: Date
  result: Json
}

interface AgendaSurveys {
  community_id: Own
  item_id: number
  survey_id: number
  result: Json
}

interface Minutes {
  community_id: Own
  id: Generated<number>
  meeting_id: number
  facts: Json
  round: Generated<number>
  drafted_at: Date
  drafted_by: number
  sent_at: Date | null
  sent_by: number | null
  text_sha256: string | null
  published_at: Date | null
  published_by: number | null
  public_until: Day | null
  archived_at: Date | null
  archived_by: number | null
}

interface MinutesParts {
  community_id: Own
  minutes_id: number
  nth: number
  generated: string
  edited: string | null
  edited_from: string | null
  edited_at: Date | null
  edited_by: number | null
  rev: Generated<number>
}

interface MinutesAnswers {
  community_id: Own
  minutes_id: number
  round: number
  seat_id: number
  answer: 'confirmed' | 'objected' | null
  words: Generated<string>
  person_id: number | null
  answered_at: Date | null
  reply: Generated<string>
  replied_at: Date | null
  replied_by: number | null
}

interface MinutesObjections {
  community_id: Own
  id: Generated<number>
  key: string
  minutes_id: number
  household_id: number | null
  recorded_by: number | null
  words: string
  at: Date
  gist: Generated<string>
  reply: Generated<string>
  replied_at: Date | null
  replied_by: number | null
}

interface MeetingKinds {
  community_id: Own
  id: Generated<number>
  code: string
  position: number
  terms: Json
  changed_at: Date | null
  changed_by: number | null
}

interface NoticeProofs {
  community_id: Own
  id: Generated<number>
  key: string
  meeting_id: number
  nth: number
  place: string
  posted_by: string
  posted_at: Date
  image: Buffer | null
  recorded_at: Date
  recorded_by: number
}

interface NoticeProofBuildings {
  community_id: Own
  proof_id: number
  building_id: number
}

interface Overrides {
  community_id: Own
  id: Generated<number>
  what: 'notice_lead'
  meeting_id: number
  reason: string
  at: Date
  person_id: number
}

interface SeatAnswers {
  community_id: Own
  meeting_id: number
  seat_id: number
  coming: boolean
  person_id: number | null
  alternate_id: number | null
  stand_in: Generated<string>
  answered_at: Date
  answered_by: number
}

interface ItemBuildings {
  community_id: Own
  item_id: number
  building_id: number
}

interface ItemOptions {
  community_id: Own
  id: Generated<number>
  key: string
  item_id: number
  title: string
  timing: Generated<string>
  cost: number
  per: 'once' | 'month' | 'year'
  bearer: 'none' | 'households' | 'income' | 'fund' | 'property' | 'town' | 'other'
  share: 'all' | 'affected'
  pros: Generated<string>
  cons: Generated<string>
  added_at: Date
  added_by: number
}

interface ItemGates {
  community_id: Own
  item_id: number
  gate: 'propose' | 'consult' | 'party' | 'publish' | 'report'
  held_on: Day
  due: number | null
  attended: number | null
  yes: number | null
  passed: boolean
  note: Generated<string>
  recorded_at: Date
  recorded_by: number
}
