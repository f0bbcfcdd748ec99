import type { Db } from '../../lib/db/schema.ts'

interface Picture {
  image: Buffer
  width: number
  height: number
}

const day = 24 * 3_600_000

/**
 * Keeps a picture before its form is known to be right, so that an error in the form does not lose it. Gives the key
 * that the form carries on. Pictures whose form was never finished go after a day.
 */
export async function keepPhoto(db: Db, picture: Picture, at: Date): Promise<string> {
  return db.transaction().execute(async (trx) => {
    await trx
      .deleteFrom('photos')
      .where('filing_id', 'is', null)
      .where('taken_in_at', '<', new Date(at.getTime() - day))
      // One that came with a letter waits in the inbox for as long as the letter does.
      .where((eb) => eb.not(eb.exists(eb.selectFrom('arrivals').select('id').whereRef('photo_key', '=', 'photos.key'))))
      .execute()
    const { key } = await trx
      .insertInto('photos')
      .values({ ...picture, filing_id: null, taken_in_at: at })
      .returning('key')
      .executeTakeFirstOrThrow()
    return key
  })
}

/** A picture with whose it is; null for a key there is none of. */
export async function photoByKey(db: Db, key: string) {
  const row = await db
    .selectFrom('photos')
    .leftJoin('filings', 'filings.id', 'photos.filing_id')
    .select(['image', 'photos.filing_id', 'taken_in_at', 'filings.code_sha256', 'filings.recorded_by'])
    .where('photos.key', '=', key)
    .executeTakeFirst()
  return row ?? null
}
