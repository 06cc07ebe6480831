export type { ImportReport, SessionInfo, SessionState, Store } from './contract.ts'
export { type OpenOptions, openStore } from './open.ts'
