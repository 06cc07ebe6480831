// The two events of the passkey ceremony that take an answer: what a caller says is checked here, and goes on as an input.
import { LinkError } from '../../errors.ts'
import type { LinkEvent } from '../events.ts'
import { isAwaited, isCompared } from '../machine/passkey-request.ts'
import type { AttemptState, Effect, Input } from '../machine/state.ts'
import type { Randomness } from '../randomness.ts'
import { checkedAssertion } from './assertion.ts'

export interface CeremonyTable {
  readonly state: () => AttemptState
  readonly feed: (input: Input) => void
  readonly randomness: Randomness
}

export function passkeyEvent(effect: Extract<Effect, { type: 'ask-passkey' }>, table: CeremonyTable): LinkEvent {
  const { ceremony, request } = effect
  const { randomness } = table
  return {
    type: 'passkey',
    options: structuredClone(request.options),
    expiresAt: new Date(effect.expiresAt),
    async respond(given) {
      if (!isAwaited(table.state(), ceremony)) throw over('this request for a passkey is over, or was answered already')
      const assertion = checkedAssertion(given, request)
      const keys = {
        ephemeral: randomness.keyPair(),
        nonce: randomness.bytes(32),
        newSecret: randomness.bytes(32),
        iv: randomness.bytes(12),
      }
      table.feed({ type: 'passkey-answered', ceremony, assertion, keys })
    },
  }
}

export function comparisonEvent(
  { ceremony, code }: Extract<Effect, { type: 'ask-comparison' }>,
  table: CeremonyTable,
): LinkEvent {
  return {
    type: 'verify',
    code,
    async confirm(equal = true) {
      if (!isCompared(table.state(), ceremony)) throw over('these codes are not to be compared any more')
      table.feed({ type: 'codes-compared', ceremony, equal: equal !== false })
    },
  }
}

function over(message: string): LinkError {
  return new LinkError('passkey-required', message, {
    retryable: true,
    advice: 'Answer the newest "passkey" event, or link again.',
  })
}
