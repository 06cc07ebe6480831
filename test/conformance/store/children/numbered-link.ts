// Links that can be recognised: each carries its number in everything that it holds.
import type { AuthenticationCreds } from 'baileys'
import type { NewlyLinked } from '../../../../src/store/contract.ts'
import { freshCredentials } from '../../../../src/store/credentials.ts'
import type { KeyPair } from '../../../../src/wire/bridge.ts'

export const PRE_KEYS = 812

let drawn: Promise<AuthenticationCreds> | undefined

export async function numberedLink(number: number): Promise<NewlyLinked> {
  drawn ??= freshCredentials()
  const account = {
    details: bytes(number, 'details'),
    accountSignatureKey: bytes(number, 'account'),
    accountSignature: bytes(number, 'account signature'),
    deviceSignature: bytes(number, 'device signature'),
  }
  return {
    session: 'sales',
    deviceName: `Link ${number}`,
    credentials: {
      ...(await drawn),
      me: { id: jidOf(number) },
      account,
      registered: true,
      nextPreKeyId: PRE_KEYS + 1,
      accountSyncCounter: number,
    },
    preKeys: Array.from({ length: PRE_KEYS }, (_, index) => ({ id: index + 1, keyPair: preKeyOf(number, index + 1) })),
    at: new Date(1_767_225_600_000 + number),
  }
}

export function jidOf(number: number): string {
  return `12025550123:${number}@s.whatsapp.net`
}

export function preKeyOf(number: number, id: number): KeyPair {
  return { public: bytes(number, `public ${id}`), private: bytes(number, `private ${id}`) }
}

/** 32 bytes that nothing else has: made quickly, so that a child spends its time storing. */
function bytes(number: number, what: string): Buffer {
  return Buffer.alloc(32, `${number} ${what} `)
}
