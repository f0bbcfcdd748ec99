import type { Slice } from './lib/http/slice.ts'
import { gatherings } from './listen/gatherings/routes.ts'
import { visits } from './listen/visits/routes.ts'
import { entry } from './people/entry/routes.ts'
import { register } from './people/register/routes.ts'
import { roster } from './people/roster/routes.ts'
import { seats } from './people/seats/routes.ts'
import { slips } from './people/slips/routes.ts'

/** The one place that knows every slice, in the order a matter travels through them. */
export const slices: Slice[] = [entry, register, roster, seats, slips, visits, gatherings]
