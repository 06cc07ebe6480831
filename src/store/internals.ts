import { LinkError } from '../errors.ts'
import type { Store, StoreInternals } from './contract.ts'

const internals = new WeakMap<Store, StoreInternals>()

/** Only for what makes stores. */
export function rememberInternals(store: Store, inner: StoreInternals): void {
  internals.set(store, inner)
}

/**
 * The inner side of a store.
 * @throws LinkError invalid-options for anything that `openStore()` of this copy of the package did not make
 */
export function internalsOf(store: Store): StoreInternals {
  const inner = typeof store === 'object' && store !== null ? internals.get(store) : undefined
  if (inner !== undefined) return inner
  throw new LinkError('invalid-options', 'store must come from openStore()', {
    advice: 'Make the store with `await openStore(…)` from paircode/store, of the same copy of paircode.',
  })
}
