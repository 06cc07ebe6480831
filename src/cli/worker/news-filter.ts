// Which states of many sessions are worth a line.
import type { ConnectionState } from '../../session/connection.ts'

/**
 * Whether this one is new. A session that another process has is tried again every 30 s: that is told once, and so is the
 * first `connecting` of several.
 */
export function createNewsFilter(): (session: string, state: ConnectionState) => boolean {
  const told = new Map<string, ConnectionState>()
  return (session, state) => {
    const last = told.get(session)
    const isElsewhere = last !== undefined && isBusy(last)
    const isTriedAgain = state.name === 'connecting' && (isElsewhere || last?.name === 'connecting')
    if (isTriedAgain || (isElsewhere && isBusy(state))) return false
    told.set(session, state)
    return true
  }
}

function isBusy(state: ConnectionState): boolean {
  return state.name === 'stopped' && state.reason === 'session-busy'
}
