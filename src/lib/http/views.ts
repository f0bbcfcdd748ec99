import { fileURLToPath } from 'node:url'
import { Eta } from 'eta'
import { type Locale, type T, translator } from '../i18n.ts'
import { draw } from './draw.ts'
import { dates } from './format.ts'
import type { Community, Me } from './slice.ts'
import { asset } from './static.ts'

/** Template name -> what it is given. Each slice adds its own by declaration merging (see its routes.ts). */
export interface Views {
  error: { message: string; requestId?: string }
  _notice: { message: string }
}

/** What every template can rely on, whoever looks: how to speak, where we are. */
interface Place {
  locale: Locale
  community: Community | null
}

/** What only a page may use, never a pushed partial: it differs between two people looking. */
export interface Viewer extends Place {
  me: Me
  csrf: string
  path: string
  size: '' | 'l' | 'xl'
  theme: '' | 'dark' | 'light'
}

const eta = new Eta({
  views: fileURLToPath(new URL('../../../views', import.meta.url)),
  cache: true,
  autoTrim: false,
})

/** A page, or a piece of one for the person who asked. */
export function render<V extends keyof Views>(view: V, props: Views[V], viewer: Viewer): string {
  return eta.render(view, { ...speech(viewer), ...viewer, ...props })
}

/** A piece that goes to everybody who watches: rendered once per language, so it cannot know who looks. */
export function renderShared<V extends keyof Views>(view: V, props: Views[V], place: Place): string {
  return eta.render(view, { ...speech(place), ...place, ...props })
}

interface Speech {
  t: T
  url: (path: string) => string
  asset: typeof asset
}

const spoken = new Map<string, Speech & typeof draw>()

function speech({ locale, community }: Place) {
  const base = community ? `/c/${community.slug}` : ''
  const key = `${locale} ${base}`
  const known = spoken.get(key)
  if (known) return known
  const made = { t: translator(locale), url: (path: string) => `${base}${path}`, asset, ...dates[locale], ...draw }
  spoken.set(key, made)
  return made
}
