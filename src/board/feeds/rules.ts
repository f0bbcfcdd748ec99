/** 订阅源 — an Atom feed of public matters, for readers of feeds and other sites (RFC 4287). Pure. */

export interface Entry {
  id: string
  link: string
  title: string
  summary: string
  category: string
  updated: Date
  published: Date
}

export interface Feed {
  id: string
  title: string
  self: string
  home: string
  language: string
  /** Of a feed with nothing in it. */
  updated: Date
}

/** A well-formed feed, whatever people wrote: every text is escaped, and what XML cannot hold at all is left out. */
export function atomOf({ id, title, self, home, language, updated }: Feed, entries: readonly Entry[]): string {
  const newest = entries.reduce((late, { updated: one }) => (one > late ? one : late), entries[0]?.updated ?? updated)
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${text(language)}">`,
    `<id>${text(id)}</id><title>${text(title)}</title><updated>${newest.toISOString()}</updated>`,
    `<link rel="self" type="application/atom+xml" href="${text(self)}"/><link rel="alternate" type="text/html" href="${text(home)}"/>`,
    `<author><name>${text(title)}</name></author>`,
    ...entries.map(
      (one) =>
        `<entry><id>${text(one.id)}</id><title>${text(one.title)}</title><link rel="alternate" type="text/html" href="${text(one.link)}"/><updated>${one.updated.toISOString()}</updated><published>${one.published.toISOString()}</published><category term="${text(one.category)}"/><summary>${text(one.summary)}</summary></entry>`,
    ),
    '</feed>\n',
  ].join('\n')
}

const named: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export const text = (said: string): string =>
  said
    .toWellFormed()
    .replace(/[[\p{Cc}--[\t\n]]\u{fffe}\u{ffff}]/gv, '')
    .replace(/[&<>"']/g, (one) => named[one] ?? '')
