// Pure. JIDs as the emulator uses them: a number's account, one of its devices, and the same two under the hidden
// identity.
import { S_WHATSAPP_NET } from '../wire/nodes.ts'

export interface ParsedJid {
  readonly user: string
  readonly device: number
  readonly server: string
}

/** `undefined` for what is not a JID with a user. */
export function parseJid(jid: string | undefined): ParsedJid | undefined {
  const match = /^([^:@]+)(?::(\d+))?@(.+)$/.exec(jid ?? '')
  if (match === null) return undefined
  return { user: match[1] ?? '', device: Number(match[2] ?? 0), server: match[3] ?? '' }
}

/** Device 0, the phone, is written without a device part. */
export function pnJid(digits: string, device = 0): string {
  return device === 0 ? `${digits}@${S_WHATSAPP_NET}` : `${digits}:${device}@${S_WHATSAPP_NET}`
}

export function lidJid(lid: string, device = 0): string {
  return device === 0 ? `${lid}@lid` : `${lid}:${device}@lid`
}

export function digitsOf(number: string): string {
  return number.replace(/\D/g, '')
}
