// How every command names its store.
export const STORE_OPTION = [
  '--store <address>',
  'where sessions are kept (default: PAIRCODE_STORE, else sqlite:./.paircode/sessions.db)',
] as const

export interface StoreFlag {
  readonly store?: string
}
