// The one write of a link, and its undo.
import { LinkError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { NewlyLinked, StoreInternals } from '../store/contract.ts'
import type { CheckedOptions } from './options.ts'
import { PRE_KEY_COUNT, returnPreKeys, takePreKeys } from './pre-keys.ts'

export interface LinkWriteParts {
  readonly store: Pick<StoreInternals, 'saveLinked' | 'withdraw'>
  readonly checked: Pick<CheckedOptions, 'session' | 'device'>
  readonly clock: Clock
}

export class LinkWrite {
  readonly #parts: LinkWriteParts
  #state: 'none' | 'begun' | 'withdrawn' = 'none'

  constructor(parts: LinkWriteParts) {
    this.#parts = parts
  }

  /** Resolves when the link is durable, or will not be. The error says that the store failed; then nothing is kept. */
  async store(credentials: NewlyLinked['credentials']): Promise<'stored' | 'withdrawn' | LinkError> {
    const { store, checked, clock } = this.#parts
    const set = await takePreKeys()
    if (this.#state === 'withdrawn') {
      returnPreKeys(set)
      return 'withdrawn'
    }
    this.#state = 'begun'
    try {
      await store.saveLinked({
        session: checked.session,
        deviceName: checked.device.name,
        credentials,
        preKeys: set.slice(0, PRE_KEY_COUNT).map((keyPair, index) => ({ id: index + 1, keyPair })),
        at: new Date(clock.now()),
      })
      return 'stored'
    } catch (cause) {
      returnPreKeys(set)
      return new LinkError('store-error', 'the link could not be stored', { cause })
    }
  }

  /** A write that waits for its keys is never begun; one that was begun is undone behind it. */
  async withdraw(): Promise<void> {
    const before = this.#state
    this.#state = 'withdrawn'
    if (before === 'begun') await this.#parts.store.withdraw(this.#parts.checked.session)
  }
}
