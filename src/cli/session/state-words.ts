// Pure. The states of a connection, in words for people.
import type { ConnectionState } from '../../session/connection.ts'
import { duration } from '../printing/words.ts'

export function stateText(state: ConnectionState): string {
  switch (state.name) {
    case 'connecting':
      return 'connecting …'
    case 'online':
      return 'online'
    case 'waiting':
      return `waiting ${duration(state.inMs)}: ${state.reason}`
    case 'stopped':
      return `stopped: ${state.reason}`
  }
}
