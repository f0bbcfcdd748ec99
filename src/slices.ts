import { attendance } from './agenda/attendance/routes.ts'
import { items } from './agenda/items/routes.ts'
import { meetings } from './agenda/meetings/routes.ts'
import { order } from './agenda/order/routes.ts'
import { desk } from './board/desk/routes.ts'
import { home } from './board/home/routes.ts'
import { room } from './board/room/routes.ts'
import { tracking } from './board/tracking/routes.ts'
import type { Slice } from './lib/http/slice.ts'
import { filings } from './listen/filings/routes.ts'
import { triage } from './listen/filings/triage.ts'
import { arrivals } from './listen/gatherings/arrivals.ts'
import { gatherings } from './listen/gatherings/routes.ts'
import { issues } from './listen/issues/routes.ts'
import { photos } from './listen/photos/routes.ts'
import { questions } from './listen/questions/routes.ts'
import { visits } from './listen/visits/routes.ts'
import { entry } from './people/entry/routes.ts'
import { register } from './people/register/routes.ts'
import { roster } from './people/roster/routes.ts'
import { seats } from './people/seats/routes.ts'
import { slips } from './people/slips/routes.ts'
import { resolutions } from './resolve/resolutions/routes.ts'
import { revisits } from './resolve/revisits/routes.ts'
import { ballots } from './vote/ballots/routes.ts'

/** The one place that knows every slice, in the order a matter travels through them. */
export const slices: Slice[] = [
  entry,
  roster,
  seats,
  slips,
  register,
  visits,
  gatherings,
  arrivals,
  questions,
  filings,
  photos,
  triage,
  issues,
  items,
  meetings,
  order,
  attendance,
  ballots,
  resolutions,
  revisits,
  home,
  tracking,
  room,
  desk,
]
