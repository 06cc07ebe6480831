// The rows of the table: where an attempt can be, as far as it decides what an input may do.
import type { AttemptState } from '../../src/linking/machine/state.ts'

export const STATES = [
  'none closed',
  'none opening',
  'none open',
  'none ready',
  'paused closed',
  'paused opening',
  'paused open',
  'paused ready',
  'preparing opening',
  'preparing open',
  'preparing ready',
  'asking',
  'waiting closed',
  'waiting ready',
  'live',
  'unwrapping',
  'finish sent',
  'passkey fetching-options',
  'passkey asked',
  'passkey fetching-ref',
  'passkey prologue-sent',
  'passkey revealing',
  'passkey comparing',
  'passkey requested',
  'signing',
  'signing, closed',
  'storing',
  'storing, closed',
  'replying',
  'replying, closed',
  'paired',
  'over',
] as const

export type StateName = (typeof STATES)[number]

/** A state that is not in the list has a name too: that it was met at all is a fault of the list, and is told. */
export function stateOf({ over, pairing, passkey, code, connection }: AttemptState): string {
  if (over) return 'over'
  const closed = connection.name === 'closed'
  if (pairing.name !== 'none') return closed ? `${pairing.name}, closed` : pairing.name
  if (passkey.name !== 'idle') return closed ? `passkey ${passkey.name}, closed` : `passkey ${passkey.name}`
  if (code.name === 'live') {
    const name = code.confirming === undefined ? 'live' : code.finishId === undefined ? 'unwrapping' : 'finish sent'
    return connection.name === 'ready' ? name : `${name} ${connection.name}`
  }
  if (code.name === 'asking') return connection.name === 'ready' ? 'asking' : `asking ${connection.name}`
  return `${code.name} ${connection.name}`
}
