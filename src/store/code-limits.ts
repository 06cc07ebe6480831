import { randomUUID } from 'node:crypto'
import { StoreError } from '../errors.ts'
import type { CodeLimits } from './contract.ts'
import { type AccountLimits, coolDown, DEFAULT_LIMIT, giveBack, lifetime, NO_LIMITS, peek, take } from './limits.ts'
import type { RecordChange, Records } from './records.ts'

/** The limits of all accounts, in the store alone: they hold across processes and restarts. */
export function createCodeLimits(records: Records): CodeLimits {
  /** The caller's clock decides what is allowed; the store's clock only when a record that no longer matters goes. */
  const update = <T>(
    accountKey: string,
    change: (state: AccountLimits) => { readonly state: AccountLimits; readonly result: T; readonly now?: number },
  ): Promise<T> =>
    records.update('limit', accountKey, readLimits, (stored, storeNow): RecordChange<AccountLimits, T> => {
      const old = stored ?? NO_LIMITS
      const { state, result, now = storeNow } = change(old)
      if (state === old) return { result }
      return { put: { value: state, expiresAt: storeNow + lifetime(state, now) }, result }
    })

  return {
    take: (accountKey, now, limit = DEFAULT_LIMIT) => {
      const id = randomUUID()
      return update(accountKey, (old) => {
        const { state, slot } = take(old, now, limit, id)
        return { state, result: slot, now }
      })
    },
    peek: (accountKey, now, limit = DEFAULT_LIMIT) =>
      update(accountKey, (state) => ({ state, result: peek(state, now, limit) })),
    giveBack: (accountKey, id) => update(accountKey, (state) => ({ state: giveBack(state, id), result: undefined })),
    coolDown: (accountKey, now, backoffMs) =>
      update(accountKey, (old) => {
        const { state, waitMs } = coolDown(old, now, backoffMs)
        return { state, result: waitMs, now }
      }),
  }
}

/** Written by this package and sealed, so a wrong shape is damage, not input. */
function readLimits(stored: unknown): AccountLimits {
  const state = stored as AccountLimits
  if (Array.isArray(state.slots) && Number.isFinite(state.windowMs) && Number.isFinite(state.coolUntil)) return state
  throw new StoreError('store-error', 'the limits of an account are damaged')
}
