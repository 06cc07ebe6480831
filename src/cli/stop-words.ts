// Pure. The states and ends of a connection, in sentences for people.
import type { ConnectionState } from '../session/connection.ts'
import type { StopReason } from '../session/policy.ts'
import { EXPLANATIONS } from './explanations.ts'
import { duration } from './words.ts'

export function stateText(state: ConnectionState): string {
  switch (state.name) {
    case 'connecting':
      return 'connecting …'
    case 'online':
      return 'online'
    case 'waiting':
      return `waiting ${duration(state.inMs)}: ${state.reason}`
    case 'stopped':
      return state.until === undefined ? `stopped: ${state.reason}` : `stopped: ${state.reason}, until ${state.until.toISOString()}`
  }
}

/** What happened and what to do, for an end that nobody wished. */
export function stopText(reason: Exclude<StopReason, 'closed'>): { readonly message: string; readonly advice: string } {
  const { happened, todo } = EXPLANATIONS[reason]
  return { message: happened, advice: todo.join(' ') }
}
