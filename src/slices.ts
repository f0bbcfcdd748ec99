import type { Slice } from './lib/http/slice.ts'
import { entry } from './people/entry/routes.ts'
import { resolutions } from './resolve/resolutions/routes.ts'
import { revisits } from './resolve/revisits/routes.ts'

/** The one place that knows every slice, in the order a matter travels through them. */
export const slices: Slice[] = [entry, resolutions, revisits]
