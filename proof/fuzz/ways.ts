// How an attempt gets to each state: by what would happen in a real one.
import type { Input, Settings, TimerName } from '../../src/linking/machine/state.ts'
import { node } from '../../src/wire/nodes.ts'
import { keyPairFrom } from '../../test/linking/keys.ts'
import { assertion } from '../../test/linking/passkey-primary.ts'
import { iqError } from '../../test/linking/server-stanzas.ts'
import type { Attempt } from './attempt.ts'
import type { Draw } from './draw.ts'
import type { StanzaKind } from './inputs.ts'
import type { Recorded } from './recorded.ts'
import { validStanza } from './stanzas.ts'
import type { StateName } from './states.ts'

/** An owed answer by its type, a valid stanza by its kind, a timer, or one of the words below. */
type Move =
  | Input['type']
  | StanzaKind
  | `timer ${TimerName}`
  | 'passkey request without options'
  | 'hello refused with 400'

export interface Way {
  readonly settings: Partial<Settings>
  readonly moves: readonly Move[]
}

const OPEN = ['connected'] as const
const READY = [...OPEN, 'pair-device'] as const
const ASKING = [...READY, 'code-prepared', 'reserved'] as const
const LIVE = [...ASKING, 'hello accepted'] as const
const UNWRAPPING = [...LIVE, 'primary_hello'] as const
const FINISH = [...UNWRAPPING, 'unwrapped'] as const

const BY_QR: Partial<Settings> = { digits: undefined, qr: true }
const MANUAL: Partial<Settings> = { refresh: 'manual' }
const MANUAL_BESIDE_QR: Partial<Settings> = { refresh: 'manual', qr: true }
const PASSKEY: Partial<Settings> = { passkey: 'wait' }
const PASSKEY_BY_QR: Partial<Settings> = { ...BY_QR, passkey: 'wait' }
const PATIENT: Partial<Settings> = { retry: { attempts: 3, delayMs: 5_000, maxDelayMs: 60_000 } }

const way = (settings: Partial<Settings>, ...moves: readonly Move[]): Way => ({ settings, moves })

/** Without a secret that the phone knows, the codes are compared. */
const ASKED = [...LIVE, 'passkey request'] as const
const REF = [...ASKED, 'passkey-answered'] as const
const PROLOGUE = [...REF, 'ceremony answered'] as const
const REVEALING = [...PROLOGUE, 'crsc_continuation'] as const
const COMPARING = [...REVEALING, 'ceremony answered'] as const
const REQUESTED = [...COMPARING, 'codes-compared'] as const
/** With one, they are not. */
const KNOWN = [
  ...FINISH,
  'passkey request',
  'passkey-answered',
  'ceremony answered',
  'crsc_continuation',
  'ceremony answered',
] as const

/** A server that does not wait for its own pair-device: the limit for that runs on beside the ceremony. */
const EARLY = [...OPEN, 'passkey request'] as const
const EARLY_REVEALING = [...EARLY, 'passkey-answered', 'ceremony answered', 'crsc_continuation'] as const

/** Every place at which an account can be proven. */
const PROVEN: readonly Way[] = [
  way({}, ...FINISH, 'pair-success'),
  way({}, ...LIVE, 'pair-success'),
  way({}, ...ASKING, 'pair-success'),
  way(BY_QR, ...READY, 'pair-success'),
  way(PASSKEY, ...REQUESTED, 'pair-success'),
]
const further = (...moves: readonly Move[]): readonly Way[] =>
  PROVEN.map((proven) => ({ ...proven, moves: [...proven.moves, ...moves] }))

/** The pause before the QR code's next connection goes on while a refresh opens one for a new code. */
const REFRESHED = way(MANUAL_BESIDE_QR, ...LIVE, 'timer code', 'ended', 'refresh')
const after = ({ settings, moves }: Way, ...more: readonly Move[]): Way => ({ settings, moves: [...moves, ...more] })

export const WAYS: Readonly<Record<StateName, readonly Way[]>> = {
  'none closed': [way({ ...BY_QR, ...PATIENT }, 'ended'), way({ ...BY_QR, ...PATIENT }, ...OPEN, 'timer pair-device')],
  'none opening': [
    way({ ...BY_QR, ...PATIENT }, 'ended', 'refresh'),
    way(BY_QR),
    way({ ...BY_QR, ...PATIENT }, ...READY, 'ended'),
  ],
  'none open': [way({ ...BY_QR, ...PATIENT }, 'ended', 'refresh', ...OPEN), way(BY_QR, ...OPEN)],
  'none ready': [
    way({ ...BY_QR, ...PATIENT }, 'ended', 'refresh', ...READY),
    way(BY_QR, ...READY),
    way(BY_QR, ...READY, 'timer qr'),
  ],
  'paused closed': [way(MANUAL, ...LIVE, 'timer code', 'ended'), way(MANUAL_BESIDE_QR, ...LIVE, 'timer code', 'ended')],
  'paused opening': [way(MANUAL_BESIDE_QR, ...LIVE, 'timer code', 'ended', 'timer retry')],
  'paused open': [way(MANUAL_BESIDE_QR, ...LIVE, 'timer code', 'ended', 'timer retry', 'connected')],
  'paused ready': [
    after(REFRESHED, ...LIVE, 'timer code'),
    way(MANUAL, ...LIVE, 'timer code'),
    way(MANUAL_BESIDE_QR, ...LIVE, 'timer code'),
    way(MANUAL, ...FINISH, 'timer confirmation'),
  ],
  'preparing opening': [REFRESHED, way({}), way({ qr: true }), way({}, ...LIVE, 'ended')],
  'preparing open': [after(REFRESHED, ...OPEN), way({}, ...OPEN), way({ qr: true }, ...OPEN, 'code-prepared')],
  'preparing ready': [
    after(REFRESHED, ...READY),
    way({}, ...READY),
    way({ qr: true }, ...READY, 'reserved'),
    way({}, ...READY, 'code-prepared'),
    way({}, ...LIVE, 'refresh'),
    way({}, ...LIVE, 'timer code', 'reserved'),
  ],
  asking: [
    after(REFRESHED, ...ASKING),
    way({}, ...ASKING),
    way({ qr: true }, ...ASKING),
    way({}, ...LIVE, 'refresh', 'code-prepared', 'reserved'),
  ],
  'waiting closed': [way(PATIENT, ...ASKING, 'timer answer'), way(PATIENT, 'ended')],
  'waiting ready': [
    way(PATIENT, ...ASKING, 'hello refused with 400'),
    way({ ...PATIENT, qr: true }, ...ASKING, 'hello refused with 400'),
  ],
  live: [
    after(REFRESHED, ...LIVE),
    way({}, ...LIVE),
    way({ qr: true }, ...LIVE),
    way(PASSKEY, ...LIVE),
    way({}, ...LIVE, 'timer code', 'code-prepared', 'reserved', 'hello accepted'),
  ],
  unwrapping: [
    after(REFRESHED, ...UNWRAPPING),
    way({}, ...UNWRAPPING),
    way({ qr: true }, ...UNWRAPPING),
    way(PASSKEY, ...UNWRAPPING),
  ],
  'finish sent': [
    way({}, ...FINISH, 'primary_hello', 'unwrapped', 'primary_hello', 'unwrapped'),
    after(REFRESHED, ...FINISH),
    way({}, ...FINISH),
    way({ qr: true }, ...FINISH),
    way(PASSKEY, ...FINISH, 'finish answered'),
    way({}, ...FINISH, 'primary_hello'),
  ],
  'passkey fetching-options': [
    way(PASSKEY, ...OPEN, 'passkey request without options'),
    way(PASSKEY, ...LIVE, 'passkey request without options'),
    way(PASSKEY_BY_QR, ...READY, 'passkey request without options'),
  ],
  'passkey asked': [
    way(PASSKEY, ...EARLY),
    way(PASSKEY, ...ASKED),
    way(PASSKEY, ...FINISH, 'passkey request'),
    way(PASSKEY, ...ASKING, 'passkey request'),
    way(PASSKEY_BY_QR, ...READY, 'passkey request'),
  ],
  'passkey fetching-ref': [
    way(PASSKEY, ...EARLY, 'passkey-answered'),
    way(PASSKEY, ...REF),
    way(PASSKEY, ...FINISH, 'passkey request', 'passkey-answered'),
  ],
  'passkey prologue-sent': [
    way(PASSKEY, ...EARLY, 'passkey-answered', 'ceremony answered'),
    way(PASSKEY, ...PROLOGUE),
    way(PASSKEY, ...PROLOGUE, 'ceremony answered'),
  ],
  'passkey revealing': [
    way(PASSKEY, ...EARLY_REVEALING),
    way(PASSKEY, ...REVEALING),
    way(PASSKEY, ...KNOWN.slice(0, -1)),
  ],
  'passkey comparing': [way(PASSKEY, ...EARLY_REVEALING, 'ceremony answered'), way(PASSKEY, ...COMPARING)],
  'passkey requested': [
    way(PASSKEY, ...EARLY_REVEALING, 'ceremony answered', 'codes-compared'),
    way(PASSKEY, ...REQUESTED),
    way(PASSKEY, ...KNOWN),
  ],
  signing: PROVEN,
  'signing, closed': further('ended'),
  storing: further('signed'),
  'storing, closed': further('signed', 'ended'),
  replying: further('signed', 'stored'),
  'replying, closed': further('signed', 'stored', 'ended'),
  paired: further('signed', 'stored', 'reply-sent'),
  over: [
    way({}, 'cancel'),
    way({}, ...ASKING, 'hello refused', 'cancel'),
    ...further('signed', 'stored', 'reply-sent', 'ended'),
  ],
}

export const CEREMONY_KEYS = {
  ephemeral: keyPairFrom('fuzz passkey ceremony'),
  nonce: Buffer.alloc(32, 1),
  newSecret: Buffer.alloc(32, 2),
  iv: Buffer.alloc(12, 3),
}

export const ASSERTION = { credentialId: Uint8Array.of(1), json: JSON.stringify(assertion()) }

export interface Scene {
  readonly attempt: Attempt
  readonly recorded: Recorded
  readonly draw: Draw
  readonly cancelled: Extract<Input, { type: 'cancel' }>
}

export function move(scene: Scene, name: Move): void {
  const { attempt, recorded, draw } = scene
  const { state } = attempt
  switch (name) {
    case 'ended':
      return attempt.feed({ type: 'ended', end: { kind: 'closed' } })
    case 'refresh':
      return attempt.feed({ type: 'refresh' })
    case 'cancel':
      return attempt.feed(scene.cancelled)
    case 'passkey-answered':
      return attempt.feed({
        type: 'passkey-answered',
        ceremony: state.ceremonies,
        assertion: ASSERTION,
        keys: CEREMONY_KEYS,
      })
    case 'codes-compared':
      return attempt.feed({ type: 'codes-compared', ceremony: state.ceremonies, equal: true })
    case 'hello refused with 400':
      return attempt.feed({ type: 'node', node: iqError(attempt.helloId ?? '', { code: 400, text: 'bad-request' }) })
    case 'passkey request without options': {
      const attrs = { type: 'passkey_prologue_request', id: 'p', from: 's.whatsapp.net' }
      return attempt.feed({ type: 'node', node: node('notification', attrs) })
    }
    default:
      if (name.startsWith('timer ')) return attempt.fire(name.slice('timer '.length) as TimerName)
      if (attempt.answer(name as Input['type'])) return
      return attempt.feed({ type: 'node', node: validStanza(name as StanzaKind, recorded, attempt, draw) })
  }
}
