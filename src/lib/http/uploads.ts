import type { FastifyRequest } from 'fastify'
import sharp from 'sharp'
import { Refusal } from '../refusal.ts'

/** One way in for every picture (trust 4.10): known by its first bytes, turned upright, re-encoded, stripped of EXIF. */
export interface Picture {
  image: Buffer
  width: number
  height: number
}

const maxPixels = 40_000_000
const longestSide = 1600

/** Refuses what is not a JPEG, PNG or WebP picture, or hides more pixels than a camera makes. */
export async function ingestImage(bytes: Buffer): Promise<Picture> {
  if (isHeic(bytes)) throw new Refusal('photos.heic', 415)
  if (!looksLikeAPhoto(bytes)) throw new Refusal('error.notImage', 415)
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error' })
      .autoOrient()
      .resize({ width: longestSide, height: longestSide, fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality: 80, mozjpeg: true })
      .toBuffer({ resolveWithObject: true })
    return { image: data, width: info.width, height: info.height }
  } catch (error) {
    const huge = /pixel limit/i.test((error as Error).message)
    throw new Refusal(huge ? 'photos.huge' : 'photos.broken', 415)
  }
}

// By magic bytes, before any decoder sees it: sharp would also open SVG.
function looksLikeAPhoto(bytes: Buffer): boolean {
  const begins = (...expected: number[]) => expected.every((byte, at) => bytes[at] === byte)
  const jpeg = begins(0xff, 0xd8, 0xff)
  const png = begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
  const webp = bytes.subarray(0, 4).toString('latin1') === 'RIFF' && bytes.subarray(8, 12).toString('latin1') === 'WEBP'
  return jpeg || png || webp
}

// What an iPhone makes unless it is told otherwise; the decoder here cannot open it (trust 4.10).
function isHeic(bytes: Buffer): boolean {
  return /^ftyp(?:hei[cmsx]|hev[cx]|mif1|msf1|avif)/.test(bytes.subarray(4, 12).toString('latin1'))
}

/** The fields of a multipart form are in `req.body` as texts (see app.ts); this is the one file that came with it. */
export function uploaded(req: FastifyRequest, field: string): Buffer | null {
  const value = (req.body as Record<string, unknown> | null | undefined)?.[field]
  return Buffer.isBuffer(value) && value.length > 0 ? value : null
}
