// One AsyncLocalStorage under all sockets. Baileys makes one of its own for each socket (rc14, addTransactionCapability), and
// under Node 20 and 22 every one that was ever used costs each promise of the whole process a call and a property, for as
// long as the process lives: of a server with 100 sockets that took a quarter of the processor, its collection of garbage
// not counted (measured). From Node 24 on they cost nothing, and are left alone.
import hooks, { AsyncLocalStorage } from 'node:async_hooks'
import { syncBuiltinESMExports } from 'node:module'

interface Frame {
  readonly owner: object
  readonly store: unknown
  readonly outer: Frame | undefined
}

const shared = new AsyncLocalStorage<Frame | undefined>()

/** Behaves like the storage that it stands for, and is none of those that Node has a list of. */
class SharedContext<Store> extends AsyncLocalStorage<Store> {
  override getStore(): Store | undefined {
    for (let frame = shared.getStore(); frame !== undefined; frame = frame.outer)
      if (frame.owner === this) return frame.store as Store | undefined
    return undefined
  }

  override run<Result, Arguments extends unknown[]>(
    store: Store,
    callback: (...given: Arguments) => Result,
    ...given: Arguments
  ): Result {
    return shared.run(this.#frame(store), callback, ...given)
  }

  override exit<Result, Arguments extends unknown[]>(
    callback: (...given: Arguments) => Result,
    ...given: Arguments
  ): Result {
    return shared.run(this.#frame(undefined), callback, ...given)
  }

  override enterWith(store: Store): void {
    shared.enterWith(this.#frame(store))
  }

  override disable(): void {
    shared.enterWith(this.#frame(undefined))
  }

  #frame(store: Store | undefined): Frame {
    return { owner: this, store, outer: shared.getStore() }
  }
}

/**
 * Calls `make`, which must not wait; storages that it makes share one. It runs outside of any of their contexts: what comes of
 * it, a socket that follows another for years, holds on to none before it.
 */
export function inSharedContext<Result>(make: () => Result): Result {
  if (!isCostly()) return make()
  const own = Object.getOwnPropertyDescriptor(hooks, 'AsyncLocalStorage')
  if (own?.configurable !== true) return make()
  const { enumerable = true } = own
  Object.defineProperty(hooks, 'AsyncLocalStorage', {
    configurable: true,
    enumerable,
    writable: true,
    value: SharedContext,
  })
  syncBuiltinESMExports()
  try {
    return shared.run(undefined, make)
  } finally {
    Object.defineProperty(hooks, 'AsyncLocalStorage', own)
    syncBuiltinESMExports()
  }
}

/** Whether a storage works by async_hooks: only those have this method. */
function isCostly(): boolean {
  return '_enable' in AsyncLocalStorage.prototype
}
