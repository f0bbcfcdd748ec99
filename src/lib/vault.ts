import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Keeps what must not be readable in a stolen database: phones, tracking codes, private remarks (trust 4.11). */
export interface Vault {
  seal(communityId: number, text: string): Buffer
  open(communityId: number, sealed: Buffer): string
  /** A signature only this house can make, for the tokens of forms. */
  sign(text: string): string
}

const version = 1

/** Reads the house's key from `keyDir`, or makes it on the first start. Several processes may share the folder. */
export const openVault = (keyDir: string): Vault => vaultOf(readOrMakeKey(keyDir))

export function vaultOf(master: Buffer): Vault {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', master, '', purpose, 32))
  const signing = derive('forms')
  const keys = new Map<number, Buffer>()
  const keyOf = (communityId: number) => {
    const key = keys.get(communityId) ?? derive(`community ${communityId}`)
    keys.set(communityId, key)
    return key
  }
  return {
    // version ‖ nonce ‖ tag ‖ ciphertext: the version byte leaves room for another cipher.
    seal(communityId, text) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', keyOf(communityId), nonce)
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([Buffer.from([version]), nonce, cipher.getAuthTag(), body])
    },
    open(communityId, sealed) {
      if (sealed[0] !== version) throw new Error('sealed by an unknown version')
      const decipher = createDecipheriv('aes-256-gcm', keyOf(communityId), sealed.subarray(1, 13))
      decipher.setAuthTag(sealed.subarray(13, 29))
      return Buffer.concat([decipher.update(sealed.subarray(29)), decipher.final()]).toString('utf8')
    },
    sign: (text) => createHmac('sha256', signing).update(text).digest('base64url'),
  }
}

function readOrMakeKey(keyDir: string): Buffer {
  const path = join(keyDir, 'house.key')
  mkdirSync(keyDir, { recursive: true, mode: 0o700 })
  if (!existsSync(path)) {
    try {
      writeFileSync(path, randomBytes(32), { mode: 0o600, flag: 'wx' })
    } catch (error) {
      // Another process of this house was first: its key is the key.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  const key = readFileSync(path)
  if (key.length !== 32) throw new Error(`${path} is not a key of this house`)
  return key
}
