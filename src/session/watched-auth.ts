// Baileys' authentication state on the store, with each failure told before Baileys sees it.
import type { AuthenticationState, SignalKeyStore } from 'baileys'
import type { StoreFaults } from './store-faults.ts'

export interface StoredAuth {
  readonly state: AuthenticationState
  readonly saveCreds: () => Promise<void>
}

/** Reading counts too: keys that cannot be read look to Baileys like keys that are not there. */
export function watchAuth({ state, saveCreds }: StoredAuth, faults: StoreFaults): StoredAuth {
  const watched = async <Result>(work: () => Result | Promise<Result>): Promise<Result> => {
    try {
      return await work()
    } catch (cause) {
      faults.report(cause)
      throw cause
    }
  }
  const keys: SignalKeyStore = {
    get: (type, ids) => watched(() => state.keys.get(type, ids)),
    set: (data) => watched(() => state.keys.set(data)),
    clear: () => watched(() => state.keys.clear?.()),
  }
  return { state: { creds: state.creds, keys }, saveCreds: () => watched(saveCreds) }
}
