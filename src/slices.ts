import type { Slice } from './lib/http/slice.ts'
import { entry } from './people/entry/routes.ts'
import { ballots } from './vote/ballots/routes.ts'

/** The one place that knows every slice, in the order a matter travels through them. */
export const slices: Slice[] = [entry, ballots]
