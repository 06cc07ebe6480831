// What a phone shows again and again, beside what `received()` gives out once: its chats.
import type { Clock } from '../lib/clock.ts'

/** A text in a chat, the phone's own or the other's. */
export interface ChatText {
  /** JID of the other, without device; the phone's own for notes to itself. */
  readonly with: string
  /** Written on this phone, or by one of its linked devices. */
  readonly mine: boolean
  readonly text: string
  /** ms since the epoch. */
  readonly at: number
}

export interface PhoneMemory {
  readonly texts: readonly ChatText[]
  note(text: Omit<ChatText, 'at'>): void
}

const MOST = 1_000

export function createPhoneMemory(now: Clock['now']): PhoneMemory {
  const texts: ChatText[] = []
  return {
    texts,
    note(text) {
      texts.push({ ...text, at: now() })
      if (texts.length > MOST) texts.shift()
    },
  }
}
