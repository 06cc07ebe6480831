// What the main thread and the thread that writes say to each other.
import type { Parcel } from './parcel.ts'
import type { GroupOutcome, Outcome } from './transaction.ts'

/** What the thread begins with. */
export interface ThreadData {
  /** The database. */
  readonly file: string
  /**
   * Four shared bytes: the number of the group that is being committed or was last. It outlives the thread, so that
   * of a group without an answer it can be told whether it was surely not written.
   */
  readonly committing: Int32Array
}

export type ToThread =
  /** A piece of the next group. */
  | { readonly type: 'parcel'; readonly parcel: Parcel }
  /** The last piece: the group is run. */
  | { readonly type: 'run'; readonly parcel: Parcel; readonly group: number }
  | { readonly type: 'close' }

export type FromThread =
  | { readonly type: 'ready' }
  | { readonly type: 'ran'; readonly group: number; readonly outcome: GroupOutcome }
  | { readonly type: 'failed'; readonly group: number; readonly failure: SentFailure }

/** An error of SQLite; cloning would leave its codes behind. */
export interface SentFailure {
  readonly message: string
  readonly code: unknown
  readonly rawCode: unknown
}

export function sentFailure(thrown: unknown): SentFailure {
  const root = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  const message = root instanceof Error ? root.message : String(root)
  const { code, rawCode } = Object(root) as { code?: unknown; rawCode?: unknown }
  return { message, code, rawCode }
}

export function receivedFailure({ message, code, rawCode }: SentFailure): Error {
  return Object.assign(new Error(message), { code }, rawCode === undefined ? {} : { rawCode })
}

export function withFailures(outcome: GroupOutcome, each: (failure: unknown) => unknown): GroupOutcome {
  const outcomes = outcome.outcomes.map(
    (one): Outcome => (one.done ? one : { done: false, failure: each(one.failure) }),
  )
  return { ...outcome, outcomes }
}
