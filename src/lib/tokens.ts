import { createHash, randomBytes } from 'node:crypto'

/** Without I, L, O and U: nobody has to ask "one or ell" over the phone. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** `length` random characters of 5 bits each. */
export function randomCode(length: number): string {
  return Array.from(randomBytes(length), (byte) => alphabet[byte & 31]).join('')
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
