import type { House } from './lib/db/connect.ts'
import type { Vault } from './lib/vault.ts'

export async function seedOnce(_house: House, _tools: { vault: Vault; clock: () => Date }): Promise<void> {}

export async function printEntrances(
  _house: House,
  _tools: { origin: string; clock: () => Date; say: (text: string) => void },
): Promise<void> {}
