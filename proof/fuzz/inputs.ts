// The columns of the table: every kind of thing that can happen to an attempt.
import { ALL_TIMERS } from '../../src/linking/machine/state.ts'

/** Stanzas, by what the valid one was for before it was changed. */
export const STANZA_KINDS = [
  'pair-device',
  'hello accepted',
  'hello refused',
  'finish answered',
  'primary_hello',
  'refresh_code',
  'companion_reg_refresh',
  'passkey request',
  'ceremony answered',
  'crsc_continuation',
  'pair-success',
  'ib',
  'other notification',
  'anything else',
] as const

/** Bytes on the wire: what is done to a frame that holds a valid stanza. */
export const FRAME_KINDS = ['frame cut', 'frame bits', 'frame zlib', 'frame nesting'] as const

/** What the shell tells the machine, in its turn or out of it. */
export const ANSWER_KINDS = [
  'connected',
  'code-prepared',
  'reserved',
  'not-reserved',
  'unwrapped',
  'passkey-answered',
  'codes-compared',
  'signed',
  'stored',
  'not-stored',
  'reply-sent',
  'reply-lost',
] as const

export const COMMAND_KINDS = ['ended', 'refresh', 'cancel'] as const

const TIMER_KINDS = ALL_TIMERS.map((name) => `timer ${name}` as const)

export type StanzaKind = (typeof STANZA_KINDS)[number]
export type FrameKind = (typeof FRAME_KINDS)[number]
export type AnswerKind = (typeof ANSWER_KINDS)[number]
export type CommandKind = (typeof COMMAND_KINDS)[number]
export type TimerKind = (typeof TIMER_KINDS)[number]
export type Kind = StanzaKind | FrameKind | AnswerKind | CommandKind | TimerKind

export const KINDS: readonly Kind[] = [
  ...STANZA_KINDS,
  ...FRAME_KINDS,
  ...ANSWER_KINDS,
  ...COMMAND_KINDS,
  ...TIMER_KINDS,
]

export const isStanzaKind = (kind: Kind): kind is StanzaKind => (STANZA_KINDS as readonly Kind[]).includes(kind)
export const isFrameKind = (kind: Kind): kind is FrameKind => (FRAME_KINDS as readonly Kind[]).includes(kind)
export const isTimerKind = (kind: Kind): kind is TimerKind => kind.startsWith('timer ')
