// No I/O. No clock. The passkey gate, up to the owner's answer (docs/protocol.md section 6): whatever was on its way stands
// still, and the request is handed out.
import { LinkError } from '../../errors.ts'
import type { Node } from '../../wire/nodes.ts'
import { handoffKeyOf } from '../passkey/agreement.ts'
import { type PasskeyRequestRead, readPasskeyRequest } from '../passkey/request.ts'
import { buildOptionsRequest, optionsTextOf } from '../passkey/stanzas.ts'
import { fail } from './ending.ts'
import {
  type AttemptState,
  andThen,
  type CeremonyIq,
  clearTimers,
  type Handoff,
  type Input,
  type Moment,
  type PasskeyState,
  type Step,
  setTimer,
  stay,
} from './state.ts'

/** ms that WhatsApp has for each answer of the ceremony. */
export const STEP_MS = 30_000

type Named<Name extends PasskeyState['name']> = Extract<PasskeyState, { name: Name }>

/** The notification. After our prologue left, further ones are ignored until that ceremony is over. */
export function takePasskeyRequest(state: AttemptState, text: string | undefined, moment: Moment): Step {
  if (state.settings.passkey === 'fail')
    return fail(state, new LinkError('passkey-required', 'this account asks for a passkey'))
  const { passkey } = state
  switch (passkey.name) {
    case 'idle':
      return andThen(standStill(state), (still) => takeOptions(still, handoffOf(state, moment), [], text, moment))
    case 'fetching-options':
    case 'asked':
    case 'fetching-ref':
      // The newest request counts; who we are was not proven anew, so the first key stays.
      return takeOptions(state, passkey.handoff, passkey.asked, text, moment)
    default:
      return stay(state)
  }
}

/**
 * Neither the end of the refs nor the 180 s of the code may end the connection now, and no picture with a secret that is
 * about to be replaced may stay. A code that nobody has seen yet waits for another connection.
 */
function standStill(state: AttemptState): Step {
  return stay(
    { ...state, qr: undefined, ...codeAtRest(state) },
    ...clearTimers('code', 'confirmation', 'qr', 'answer', 'retry'),
  )
}

function codeAtRest({ code, counted }: AttemptState): Pick<AttemptState, 'code' | 'counted'> {
  // Whatever WhatsApp says to it now, it was asked.
  if (code.name === 'asking') return { code: { name: 'waiting', reserved: true }, counted: true }
  return { code, counted }
}

/** Only if the phone can know that secret: else it has nothing to hold a proof against. */
function handoffOf({ advSecret, secretTold }: AttemptState, { now }: Moment): Handoff | undefined {
  return secretTold ? { key: handoffKeyOf(advSecret), at: now } : undefined
}

function takeOptions(
  state: AttemptState,
  handoff: Handoff | undefined,
  asked: readonly CeremonyIq[],
  text: string | undefined,
  moment: Moment,
): Step {
  const read = readPasskeyRequest(text)
  if (read.kind !== 'absent') return handOut(state, handoff, asked, read, moment)
  const lastIq = state.lastIq + 1
  const id = `${state.settings.idPrefix}${lastIq}`
  return stay(
    {
      ...state,
      lastIq,
      passkey: { name: 'fetching-options', handoff, asked: [...asked, { id, step: 'options' }] },
    },
    ...clearTimers('passkey'),
    setTimer('passkey-answer', STEP_MS),
    { type: 'send', node: buildOptionsRequest(id) },
  )
}

/** The answer to our own question for the options. */
export function takeFetchedOptions(
  state: AttemptState,
  passkey: Named<'fetching-options'>,
  stanza: Node,
  moment: Moment,
): Step {
  return handOut(state, passkey.handoff, passkey.asked, readPasskeyRequest(optionsTextOf(stanza)), moment)
}

function handOut(
  state: AttemptState,
  handoff: Handoff | undefined,
  asked: readonly CeremonyIq[],
  read: PasskeyRequestRead,
  { now }: Moment,
): Step {
  if (read.kind !== 'request') {
    const why = read.kind === 'malformed' ? read.why : 'it has no options'
    return fail(state, new LinkError('server-error', `WhatsApp’s request for a passkey cannot be used: ${why}`))
  }
  const { request } = read
  const ceremony = state.ceremonies + 1
  const expiresAt = Math.min(now + request.timeoutMs, state.endsAt)
  return stay(
    { ...state, link: 'passkey', ceremonies: ceremony, passkey: { name: 'asked', handoff, request, asked } },
    ...clearTimers('passkey-answer'),
    setTimer('passkey', request.timeoutMs),
    { type: 'ask-passkey', ceremony, request, expiresAt },
  )
}

/** Whether an answer to request number `ceremony` would be taken now. */
export function isAwaited({ passkey, ceremonies, over }: AttemptState, ceremony: number): boolean {
  return !over && passkey.name === 'asked' && ceremonies === ceremony
}

/** Whether what a person says of the two codes would be taken now. */
export function isCompared({ passkey, ceremonies, over }: AttemptState, ceremony: number): boolean {
  return !over && passkey.name === 'comparing' && ceremonies === ceremony
}

export type PasskeyAnswered = Extract<Input, { type: 'passkey-answered' }>

export function notAnswered(): LinkError {
  return new LinkError('passkey-required', 'nobody confirmed with the passkey of the account in time', {
    retryable: true,
    advice: 'Link again, and confirm with the passkey while the request is open.',
  })
}
