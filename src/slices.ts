import { attendance } from './agenda/attendance/routes.ts'
import { confirmations } from './agenda/confirmations/routes.ts'
import { diary } from './agenda/diary/routes.ts'
import { gateSlice } from './agenda/gates/routes.ts'
import { gavel } from './agenda/gavel/routes.ts'
import { items } from './agenda/items/routes.ts'
import { kinds } from './agenda/kinds/routes.ts'
import { mandates } from './agenda/mandates/routes.ts'
import { meetings } from './agenda/meetings/routes.ts'
import { notices } from './agenda/notices/routes.ts'
import { options } from './agenda/options/routes.ts'
import { order } from './agenda/order/routes.ts'
import { papers } from './agenda/papers/routes.ts'
import { recusals } from './agenda/recusals/routes.ts'
import { speakers } from './agenda/speakers/routes.ts'
import { suspensions } from './agenda/suspensions/routes.ts'
import { undos } from './agenda/undos/routes.ts'
import { walls } from './agenda/walls/routes.ts'
import { desk } from './board/desk/routes.ts'
import { feeds } from './board/feeds/routes.ts'
import { home } from './board/home/routes.ts'
import { room } from './board/room/routes.ts'
import { seat } from './board/seat/routes.ts'
import { tracking } from './board/tracking/routes.ts'
import type { Slice } from './lib/http/slice.ts'
import { appeals } from './listen/appeals/routes.ts'
import { bridges } from './listen/bridges/routes.ts'
import { wiring } from './listen/bridges/wiring.ts'
import { doorstep } from './listen/doorstep/routes.ts'
import { filings } from './listen/filings/routes.ts'
import { swift } from './listen/filings/swift.ts'
import { triage } from './listen/filings/triage.ts'
import { arrivals } from './listen/gatherings/arrivals.ts'
import { planning } from './listen/gatherings/planning.ts'
import { gatherings } from './listen/gatherings/routes.ts'
import { imports } from './listen/imports/routes.ts'
import { inbox } from './listen/inbox/routes.ts'
import { issues } from './listen/issues/routes.ts'
import { mergers } from './listen/mergers/routes.ts'
import { open311 } from './listen/open311/routes.ts'
import { pastes } from './listen/pastes/routes.ts'
import { photos } from './listen/photos/routes.ts'
import { pulls } from './listen/pulls/routes.ts'
import { questions } from './listen/questions/routes.ts'
import { rounds } from './listen/rounds/routes.ts'
import { sheets } from './listen/sheets/routes.ts'
import { subscriptions } from './listen/subscriptions/routes.ts'
import { surveyQuestions } from './listen/surveys/asking.ts'
import { surveyDesk } from './listen/surveys/desk.ts'
import { surveys } from './listen/surveys/routes.ts'
import { templates } from './listen/templates/routes.ts'
import { visits } from './listen/visits/routes.ts'
import { webhooks } from './listen/webhooks/routes.ts'
import { calendar } from './people/calendar/routes.ts'
import { entry } from './people/entry/routes.ts'
import { owners } from './people/owners/routes.ts'
import { register } from './people/register/routes.ts'
import { roster } from './people/roster/routes.ts'
import { seats } from './people/seats/routes.ts'
import { slips } from './people/slips/routes.ts'
import { minutesFiles } from './resolve/minutes/files.ts'
import { minutesPages } from './resolve/minutes/pages.ts'
import { minutes } from './resolve/minutes/routes.ts'
import { resolutions } from './resolve/resolutions/routes.ts'
import { revisits } from './resolve/revisits/routes.ts'
import { trials } from './resolve/trials/routes.ts'
import { ballots } from './vote/ballots/routes.ts'
import { deskVotes } from './vote/desk/routes.ts'
import { handCounts } from './vote/hands/routes.ts'
import { ownersRoll } from './vote/owners/routes.ts'
import { paperVotes } from './vote/papers/routes.ts'
import { proxies } from './vote/proxies/routes.ts'
import { stops } from './vote/stops/routes.ts'
import { tickets } from './vote/tickets/routes.ts'
import { ticketVotes } from './vote/tickets/voting.ts'

/** The one place that knows every slice, in the order a matter travels through them. */
export const slices: Slice[] = [
  entry,
  roster,
  seats,
  slips,
  register,
  owners,
  calendar,
  rounds,
  sheets,
  visits,
  doorstep,
  gatherings,
  bridges,
  wiring,
  inbox,
  pastes,
  imports,
  webhooks,
  open311,
  pulls,
  arrivals,
  planning,
  questions,
  surveys,
  surveyDesk,
  surveyQuestions,
  filings,
  photos,
  triage,
  swift,
  templates,
  appeals,
  issues,
  mergers,
  subscriptions,
  items,
  options,
  gateSlice,
  kinds,
  meetings,
  notices,
  confirmations,
  order,
  papers,
  diary,
  attendance,
  mandates,
  gavel,
  undos,
  suspensions,
  speakers,
  recusals,
  walls,
  ballots,
  stops,
  deskVotes,
  tickets,
  ticketVotes,
  ownersRoll,
  proxies,
  paperVotes,
  handCounts,
  resolutions,
  trials,
  revisits,
  minutes,
  minutesPages,
  minutesFiles,
  home,
  feeds,
  tracking,
  room,
  seat,
  desk,
]
