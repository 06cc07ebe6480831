// Which pairs of the table can be met at all. Everything that is not excluded here must be met; whatever is met although it is
// excluded is a fault too.
import type { TimerName } from '../../src/linking/machine/state.ts'
import { isTimerKind, KINDS, type Kind } from './inputs.ts'
import { STATES, type StateName } from './states.ts'

/** There is no row "before the start": the shell feeds `start` before anything else can come (src/linking/link.ts). */
const PROVEN: readonly StateName[] = [
  'signing',
  'signing, closed',
  'storing',
  'storing, closed',
  'replying',
  'replying, closed',
  'paired',
]
const BEFORE_PROOF = STATES.filter((state) => state !== 'over' && !PROVEN.includes(state))

/** Where each timer can be running, and why nowhere else: a timer that does not run cannot fire. */
const RUNS: Readonly<Record<TimerName, { readonly at: readonly StateName[]; readonly why: string }>> = {
  attempt: { at: BEFORE_PROOF, why: 'set at the start; the proof of the account and the end clear it' },
  'pair-device': {
    at: ['none open', 'paused open', 'preparing open', ...BEFORE_PROOF.filter((state) => state.startsWith('passkey '))],
    why: 'set when a connection opens, cleared by pair-device, by the end of the connection and by the proof',
  },
  answer: {
    at: ['asking'],
    why: 'set by the code request, cleared by its answer, by a passkey and with the connection',
  },
  code: {
    at: ['live', 'unwrapping', 'finish sent'],
    why: 'set when a code goes on show, cleared when it dies; a passkey takes its place',
  },
  confirmation: {
    at: ['unwrapping', 'finish sent'],
    why: 'set by each accepted answer, cleared when the code dies; a passkey takes its place',
  },
  qr: {
    at: [
      'none ready',
      'paused ready',
      'preparing ready',
      'asking',
      'waiting ready',
      'live',
      'unwrapping',
      'finish sent',
    ],
    why: 'runs while a ref is on show, which a ready connection alone has, and no ceremony',
  },
  passkey: {
    at: ['passkey asked', 'passkey fetching-ref', 'passkey prologue-sent', 'passkey requested'],
    why: 'limits the owner’s answer, the phone’s half and the confirmation; the steps between have their own limit',
  },
  'passkey-answer': {
    at: ['passkey fetching-options', 'passkey fetching-ref', 'passkey prologue-sent', 'passkey revealing'],
    why: 'runs while WhatsApp owes an answer of the ceremony',
  },
  retry: {
    at: BEFORE_PROOF.filter((state) => !state.startsWith('passkey') && !/^paused open/.test(state)),
    why: 'set between two tries, and goes on when a refresh connects sooner; a ceremony stops it, and the QR code beside a paused code gets its next connection by it alone',
  },
  store: {
    at: ['signing', 'signing, closed', 'storing', 'storing, closed'],
    why: 'from the proof until the store has confirmed',
  },
  restart: { at: ['replying', 'replying, closed', 'paired'], why: 'from our reply until WhatsApp closes' },
}

/** Why a pair cannot be met; undefined for those that can. */
function whyUnreachable(state: StateName, kind: Kind): string | undefined {
  if (!isTimerKind(kind)) return undefined
  const { at, why } = RUNS[kind.slice('timer '.length) as TimerName]
  return at.includes(state) ? undefined : why
}

export interface Pair {
  readonly state: StateName
  readonly kind: Kind
}

export const REACHABLE: readonly Pair[] = STATES.flatMap((state) =>
  KINDS.filter((kind) => whyUnreachable(state, kind) === undefined).map((kind) => ({ state, kind })),
)

export const EXCLUDED = STATES.length * KINDS.length - REACHABLE.length

export const nameOfPair = ({ state, kind }: { readonly state: string; readonly kind: Kind }): string =>
  `${state} × ${kind}`
