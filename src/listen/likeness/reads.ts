import { sql } from 'kysely'
import type { Db } from '../../lib/db/schema.ts'
import { whyNotMerge } from '../issues/rules.ts'
import { alikeQuery } from '../search/tokens.ts'
import { notionsWith, type Pair } from './concepts.ts'
import { likely } from './rank.ts'

/** Pairs of words that mean the same in this neighbourhood, as its merges taught it and the desk approved. */
export const learned = sql<
  Pair[]
>`(select coalesce(json_agg(json_build_object('word', word, 'like', alike, 'times', times) order by id), '[]')
  from synonyms where approved_at is not null)`.as('pairs')

export interface Spoken {
  words: string
  building: string | null
  pairs: readonly Pair[]
}

const weighed = 60

/** The ids of the open matters that share anything telling with these words; to be put after `id in`. */
export function sharing({ words, pairs }: Spoken, openly: boolean) {
  const others = pairs.flatMap(({ word, like }) => [words.includes(word) ? like : '', words.includes(like) ? word : ''])
  const asked = alikeQuery([words, ...others].join(' '), notionsWith(pairs))
  return asked === null
    ? sql<number>`(select null::int where false)`
    : sql<number>`(select issue_id from alike_issues(${asked}, ${openly}, ${weighed}))`
}

interface Candidate {
  text: string
  building: string | null
}

/** The three of these matters that the words are most likely about; `least` is the smallest chance worth a look. */
export const mostLikely = <C extends Candidate>(
  { words, building, pairs }: Spoken,
  candidates: readonly C[],
  least?: number,
) => likely({ words, building }, candidates, { notions: notionsWith(pairs), ...(least !== undefined && { least }) })

/**
 * What a neighbour may have said before: at most three open matters with the text everybody can read. Nothing that is
 * not approved is compared, let alone shown. Two statements.
 */
export async function neighboursSaid(db: Db, words: string, buildingId: number | null) {
  const { pairs, name } = await db
    .selectNoFrom((eb) => [
      learned,
      eb
        .selectFrom('buildings')
        .select('name')
        .where('id', '=', buildingId ?? 0)
        .as('name'),
    ])
    .executeTakeFirstOrThrow()
  const spoken = { words, building: name, pairs }
  const open = await db
    .selectFrom('issues')
    .leftJoin('buildings', 'buildings.id', 'issues.building_id')
    .select(['issues.id', 'issues.no', 'title', 'public_text as body', 'place', 'category', 'state'])
    .select(['buildings.name as building', sql<string>`concat_ws(' ', title, public_text)`.as('text')])
    .where('issues.id', 'in', sharing(spoken, true))
    .where('published_at', 'is not', null)
    .where('closed_at', 'is', null)
    .execute()
  // Where a vote has begun nobody can be put any more, so nobody is invited.
  return mostLikely(
    spoken,
    open.filter(({ state }) => whyNotMerge(state) === null),
  )
}

export type Neighbour = Awaited<ReturnType<typeof neighboursSaid>>[number]
