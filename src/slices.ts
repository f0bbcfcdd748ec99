import { tracking } from './board/tracking/routes.ts'
import type { Slice } from './lib/http/slice.ts'
import { filings } from './listen/filings/routes.ts'
import { triage } from './listen/filings/triage.ts'
import { issues } from './listen/issues/routes.ts'
import { photos } from './listen/photos/routes.ts'
import { entry } from './people/entry/routes.ts'

/** The one place that knows every slice, in the order a matter travels through them. */
export const slices: Slice[] = [entry, filings, photos, triage, issues, tracking]
