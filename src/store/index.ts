export { openStore, type OpenOptions } from './open.ts'
export type { SessionInfo, SessionState, Store } from './contract.ts'
