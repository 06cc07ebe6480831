// An attempt's hold on its account: the note that its code is live, and the slots it took in the account's limit.
import { LinkError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { Lease, StoreInternals } from '../store/contract.ts'
import { LeaseHeld } from '../store/leases.ts'
import type { SlotFate } from './machine/state.ts'

export interface AccountHold {
  /** Takes the note (if it is not held) and a slot. Gives the LinkError to end with when either is not to be had. */
  reserve(): Promise<LinkError | undefined>
  /** The code is dead: the note goes, the slot stays spent. */
  release(): Promise<void>
  /** The attempt failed: settles the slot, drops the note, and gives the error completed by how long to wait. */
  end(slot: SlotFate, error: LinkError): Promise<LinkError>
}

interface AccountHoldOptions {
  readonly store: StoreInternals
  readonly accountKey: string
  readonly clock: Clock
  readonly onLost: (error: LinkError) => void
}

export function createAccountHold(options: AccountHoldOptions): AccountHold {
  return new NotedAccount(options)
}

class NotedAccount implements AccountHold {
  readonly #options: AccountHoldOptions
  #lease: Lease | undefined
  #slotId: string | undefined
  #ended = false
  /** Calls follow one another: an attempt that ends while it still reserves must not leave a note behind. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: AccountHoldOptions) {
    this.#options = options
  }

  reserve(): Promise<LinkError | undefined> {
    return this.#inTurn(() => this.#reserve())
  }

  release(): Promise<void> {
    return this.#inTurn(() => this.#drop())
  }

  end(slot: SlotFate, error: LinkError): Promise<LinkError> {
    this.#ended = true
    return this.#inTurn(async () => {
      try {
        return await this.#settle(slot, error)
      } finally {
        await this.#drop()
      }
    })
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work, work)
    this.#last = turn.catch(() => {})
    return turn
  }

  async #reserve(): Promise<LinkError | undefined> {
    const { store, accountKey, clock } = this.#options
    if (this.#ended) return new LinkError('cancelled', 'the attempt is over')
    try {
      await this.#takeNote()
      const slot = await store.limits.take(accountKey, clock.now())
      if (slot.allowed) {
        this.#slotId = slot.id
        return undefined
      }
      await this.#drop()
      return new LinkError('rate-limited', 'too many codes were asked for this number; nothing was sent to WhatsApp', {
        retryAfterMs: slot.retryAfterMs,
      })
    } catch (cause) {
      await this.#drop()
      if (cause instanceof LeaseHeld)
        return new LinkError('code-outstanding', 'a code for this number is live already', { cause })
      return new LinkError('store-error', 'the store could not keep the note of the code', { cause })
    }
  }

  async #takeNote(): Promise<void> {
    if (this.#lease !== undefined) return
    const { store, accountKey, onLost } = this.#options
    const taken = await store.acquire({ kind: 'code', key: accountKey })
    this.#lease = taken
    taken.onLost((cause) => {
      if (this.#lease === taken)
        onLost(new LinkError('store-error', 'the note of the live code could not be kept', { cause }))
    })
  }

  async #drop(): Promise<void> {
    const held = this.#lease
    this.#lease = undefined
    await held?.release()
  }

  async #settle(slot: SlotFate, error: LinkError): Promise<LinkError> {
    const { store, accountKey, clock } = this.#options
    if (slot === 'give-back' && this.#slotId !== undefined) await store.limits.giveBack(accountKey, this.#slotId)
    if (slot !== 'cool-down') return error
    const retryAfterMs = await store.limits.coolDown(accountKey, clock.now(), error.retryAfterMs)
    return new LinkError(error.code, error.message, {
      cause: error.cause,
      advice: error.advice,
      retryable: error.retryable,
      retryAfterMs,
      ...(error.status === undefined ? {} : { status: error.status }),
    })
  }
}
