import { createHash, randomBytes } from 'node:crypto'

/** Without I, L, O and U: nobody has to ask "one or ell" over the phone. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** `length` random characters of 5 bits each. */
export function randomCode(length: number): string {
  let code = ''
  for (const byte of fresh(length)) code += alphabet[byte & 31]
  return code
}

/** Asking the system for randomness costs the same for eight bytes as for four thousand; each byte is given once. */
let pool = Buffer.alloc(0)
function fresh(length: number): Buffer {
  if (pool.length < length) pool = randomBytes(Math.max(4096, length))
  const taken = pool.subarray(0, length)
  pool = pool.subarray(length)
  return taken
}

/** What a person types, as we made it: upper case, no blanks or dashes, look-alikes set right. */
export function readCode(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, '').replace(/[IL]/g, '1').replace(/O/g, '0')
}

/** "A1B2C3D4" → "A1B2-C3D4". */
export function groupCode(code: string): string {
  return code.replace(/(.{4})(?=.)/g, '$1-')
}

export const secret = (): string => randomBytes(32).toString('base64url')
export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex')
