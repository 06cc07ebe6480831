// Pure. The values of Baileys' keys in a folder, as its key store wants them back.
import type { KeyPair } from '../../wire/bridge.ts'

/**
 * The value as `useMultiFileAuthState` gives it to Baileys; undefined when Baileys could not use it.
 * In `app-state-sync-key` files the protobuf class wrote byte strings and long numbers as text, and Baileys makes them
 * anew when it reads (lib/Utils/use-multi-file-auth-state.js).
 */
export function keyValue(type: string, value: unknown): unknown {
  if (type !== 'app-state-sync-key') return value
  const { keyData, timestamp, ...rest } = value as Readonly<Record<string, unknown>>
  const bytes = typeof keyData === 'string' ? Buffer.from(keyData, 'base64') : keyData
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) return undefined
  return { ...rest, keyData: bytes, ...(timestamp === undefined ? {} : { timestamp: numberOf(timestamp) }) }
}

function numberOf(long: unknown): unknown {
  const number = typeof long === 'string' && /^-?\d+$/.test(long) ? Number(long) : Number.NaN
  return Number.isSafeInteger(number) ? number : long
}

export function isKeyPair(value: unknown): value is KeyPair {
  if (typeof value !== 'object' || value === null) return false
  const { public: publicKey, private: privateKey, ...rest } = value as Readonly<Record<string, unknown>>
  return isKey(publicKey) && isKey(privateKey) && Object.keys(rest).length === 0
}

function isKey(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length === 32
}
