// No I/O. No clock. From the account's word to ours (docs/protocol.md sections 7 and 8): verify, sign, store, and only
// then reply.
import { LinkError } from '../../errors.ts'
import { accountKeyOf } from '../../phone/account-key.ts'
import type { ConnectionEnd } from '../../wire/ends.ts'
import { buildPairDeviceSign, buildPairRefusal, type PairSuccess } from '../pair-success.ts'
import { fail } from './ending.ts'
import { ALL_TIMERS, type AttemptState, andThen, clearTimers, emit, type Step, setTimer, stay } from './state.ts'

/** ms. A store that takes longer is a fault with a name. */
const STORE_MS = 30_000
/** ms that WhatsApp gets to close with 515 after our reply; after that the login is tried all the same. */
const RESTART_MS = 10_000

/** A second copy while one is in work, or after success, is ignored. */
export function takePairSuccess(state: AttemptState, success: PairSuccess): Step {
  if (state.pairing.name !== 'none') return stay(state)
  if (success.kind === 'forged') {
    const error = new LinkError('verification-failed', 'the account’s proof was wrong; nothing was stored')
    return refuse(state, success.id, 'forged', error)
  }
  if (success.kind === 'malformed')
    return refuse(
      state,
      success.id,
      'failed',
      new LinkError('server-error', `WhatsApp’s proof is unreadable: ${success.why}`),
    )
  const { id, account } = success
  if (isOfAnotherNumber(state, account.jid))
    return refuse(
      state,
      id,
      'failed',
      new LinkError('verification-failed', 'another account scanned the QR code; nothing was stored', {
        advice: 'Scan it with the phone of the number that the link is for, or link without naming a number.',
      }),
    )
  return stay(
    // Whatever was still asked for or waited for is of no concern any more.
    {
      ...state,
      link: 'confirming',
      qr: undefined,
      code: { name: 'none' },
      passkey: { name: 'idle' },
      pairing: { name: 'signing', id, account },
    },
    ...clearTimers(...ALL_TIMERS.filter((name) => name !== 'store' && name !== 'restart')),
    setTimer('store', STORE_MS),
    { type: 'sign', message: account.signedByUs },
  )
}

/**
 * A QR code can be scanned by any phone that sees it. A code goes to its number alone: WhatsApp routes it so (section 3),
 * and may know spellings of an account that we do not, so after a `companion_finish` the account's word counts.
 */
function isOfAnotherNumber({ settings, code }: AttemptState, jid: string): boolean {
  const digits = settings.digits ?? settings.account
  const theirs = /^(\d+)(?::\d+)?@(?:s\.whatsapp\.net|hosted)$/.exec(jid)?.[1]
  if (digits === undefined || theirs === undefined) return false
  const wasTyped = code.name === 'live' && code.accepted > 0
  return !wasTyped && accountKeyOf(theirs) !== accountKeyOf(digits)
}

export function takeSignature(state: AttemptState, signature: Uint8Array): Step {
  const { pairing, advSecret, routingInfo } = state
  if (pairing.name !== 'signing') return stay(state)
  const { account } = pairing
  return stay(
    { ...state, pairing: { ...pairing, name: 'storing', signature } },
    { type: 'store', account, signature, advSecret, routingInfo },
  )
}

export function stored(state: AttemptState): Step {
  const { pairing } = state
  if (pairing.name !== 'storing') return stay(state)
  const reply = buildPairDeviceSign(pairing.id, pairing.account, pairing.signature)
  return stay(
    { ...state, pairing: { name: 'replying', account: pairing.account } },
    ...clearTimers('store'),
    setTimer('restart', RESTART_MS),
    { type: 'reply', node: reply },
  )
}

export function notStored(state: AttemptState, error: LinkError): Step {
  const { pairing } = state
  if (pairing.name !== 'signing' && pairing.name !== 'storing') return stay(state)
  return refuse(state, pairing.id, 'failed', error)
}

/** The write may still happen after its limit: it is undone as well. */
export function storeTimedOut(state: AttemptState): Step {
  const error = new LinkError('store-error', `the store did not confirm the write within ${STORE_MS} ms`)
  const undone = stay(state, { type: 'withdraw' })
  return andThen(undone, (now) => notStored(now, error))
}

export function replySent(state: AttemptState): Step {
  const { pairing } = state
  if (pairing.name !== 'replying') return stay(state)
  const { jid, lid, platform } = pairing.account
  const paired = stay(
    { ...state, link: 'paired', pairing: { name: 'paired' } },
    { type: 'release' },
    setTimer('restart', RESTART_MS),
    emit({
      type: 'paired',
      jid,
      ...(lid === undefined ? {} : { lid }),
      ...(platform === undefined ? {} : { platform }),
    }),
  )
  return andThen(paired, (now) => (now.connection.name === 'closed' ? finish(now) : stay(now)))
}

/** Nobody closed; or nobody even says whether our word left, which the first login tells. */
export function restartTimedOut(state: AttemptState): Step {
  return andThen(replySent(state), (now) => (now.pairing.name === 'paired' ? finish(now) : stay(now)))
}

/** The phone never got our word, so it shows no device: nothing of ours may remain either. */
export function replyLost(state: AttemptState): Step {
  if (state.pairing.name !== 'replying') return stay(state)
  const error = new LinkError('network', 'the connection was lost before the link was complete; nothing was kept')
  return andThen(stay(state, { type: 'withdraw' }), (now) => fail(now, error))
}

/** The connection is gone while an account is being confirmed, or after it was. */
export function endedWhilePairing(state: AttemptState, _end: ConnectionEnd): Step {
  const closed: AttemptState = { ...state, connection: { name: 'closed' } }
  return state.pairing.name === 'paired' ? finish(closed) : stay(closed)
}

/** 515, a plain close, or neither within its limit: all mean that the first login is due. */
function finish(state: AttemptState): Step {
  return stay(
    { ...state, over: true, connection: { name: 'closed' } },
    ...clearTimers(...ALL_TIMERS),
    { type: 'close' },
    { type: 'finish' },
  )
}

function refuse(state: AttemptState, id: string, why: 'forged' | 'failed', error: LinkError): Step {
  return andThen(stay(state, { type: 'send', node: buildPairRefusal(id, why) }), (now) => fail(now, error))
}
