// What tests store: credentials with the shape of real ones, on reserved numbers.
import { randomBytes } from 'node:crypto'
import type { AuthenticationCreds } from 'baileys'
import type { NewlyLinked } from '../../src/store/contract.ts'
import { freshCredentials } from '../../src/store/credentials.ts'
import type { KeyPair } from '../../src/wire/bridge.ts'

export const NUMBER = '12025550123'
export const JID = `${NUMBER}:7@s.whatsapp.net`
export const LID = '987654321098765:7@lid'

/** As after a pairing: signed, registered, nothing uploaded. */
export async function signedCredentials(changes: Partial<AuthenticationCreds> = {}): Promise<AuthenticationCreds> {
  return { ...(await freshCredentials()), ...signedParts(), registered: true, platform: 'android', ...changes }
}

export function signedParts(): Pick<AuthenticationCreds, 'me' | 'account'> {
  return {
    me: { id: JID, lid: LID, name: 'Acme' },
    account: {
      details: randomBytes(14),
      accountSignatureKey: randomBytes(32),
      accountSignature: randomBytes(64),
      deviceSignature: randomBytes(64),
    },
  }
}

export function preKeys(count: number, first = 1): { readonly id: number; readonly keyPair: KeyPair }[] {
  return Array.from({ length: count }, (_, index) => ({
    id: first + index,
    keyPair: { public: randomBytes(32), private: randomBytes(32) },
  }))
}

export async function newlyLinked(changes: Partial<NewlyLinked> = {}): Promise<NewlyLinked> {
  const credentials = changes.credentials ?? (await signedCredentials({ nextPreKeyId: 31 }))
  return {
    session: 'sales',
    deviceName: 'Acme Sales',
    preKeys: preKeys(30),
    at: new Date('2026-01-01T00:00:00Z'),
    ...changes,
    credentials,
  }
}
