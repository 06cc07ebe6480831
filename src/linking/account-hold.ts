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

export function createAccountHold(options: {
  readonly store: StoreInternals
  readonly accountKey: string
  readonly clock: Clock
  readonly onLost: (error: LinkError) => void
}): AccountHold {
  const { store, accountKey, clock } = options
  let lease: Lease | undefined
  let slotId: string | undefined
  let ended = false
  /** Calls follow one another: an attempt that ends while it still reserves must not leave a note behind. */
  let last: Promise<unknown> = Promise.resolve()

  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const turn = last.then(work, work)
    last = turn.catch(() => {})
    return turn
  }

  const drop = async (): Promise<void> => {
    const held = lease
    lease = undefined
    await held?.release()
  }

  const takeNote = async (): Promise<void> => {
    if (lease !== undefined) return
    const taken = await store.acquire({ kind: 'code', key: accountKey })
    lease = taken
    taken.onLost((cause) => {
      if (lease === taken)
        options.onLost(new LinkError('store-error', 'the note of the live code could not be kept', { cause }))
    })
  }

  const reserve = async (): Promise<LinkError | undefined> => {
    if (ended) return new LinkError('cancelled', 'the attempt is over')
    try {
      await takeNote()
      const slot = await store.limits.take(accountKey, clock.now())
      if (slot.allowed) {
        slotId = slot.id
        return undefined
      }
      await drop()
      return new LinkError('rate-limited', 'too many codes were asked for this number; nothing was sent to WhatsApp', {
        retryAfterMs: slot.retryAfterMs,
      })
    } catch (cause) {
      await drop()
      if (cause instanceof LeaseHeld)
        return new LinkError('code-outstanding', 'a code for this number is live already', { cause })
      return new LinkError('store-error', 'the store could not keep the note of the code', { cause })
    }
  }

  const settle = async (slot: SlotFate, error: LinkError): Promise<LinkError> => {
    if (slot === 'give-back' && slotId !== undefined) await store.limits.giveBack(accountKey, slotId)
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

  return {
    reserve: () => inTurn(reserve),
    release: () => inTurn(drop),
    end(slot, error) {
      ended = true
      return inTurn(async () => {
        try {
          return await settle(slot, error)
        } finally {
          await drop()
        }
      })
    },
  }
}
