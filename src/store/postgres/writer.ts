// Group commit: jobs that arrive while a transaction is due or under way share the next one, so a hundred small writes
// cost one wait for the disk instead of a hundred.
import { StoreError } from '../../errors.ts'
import { documentPlace } from './documents.ts'
import { asStoreError, isOwnFault, isPassing } from './failure.ts'
import { type Limits, patiently } from './patience.ts'
import { type Job, type JobOutcome, Undecided } from './transaction.ts'

export interface Writer {
  /** Resolves when the job's writes are durable. Jobs take effect in the order of the calls. */
  write<T>(job: Job<T>): Promise<T>
  /** Resolves when all jobs so far are done. */
  idle(): Promise<void>
}

export interface Transactions {
  /** Does all jobs in one transaction, or nothing. Throws Undecided when the answer to the commit was lost. */
  run(jobs: readonly Job<unknown>[]): Promise<readonly JobOutcome[]>
  /** Whether an undecided transaction was committed. Waits until it has ended on the server. */
  wasCommitted(turn: number): Promise<boolean>
}

interface Queued {
  readonly job: Job<unknown>
  resolve(result: unknown): void
  reject(reason: unknown): void
}

/** A transaction takes no more jobs once it writes this many rows. */
const MAX_ROWS = 2_000
const MAX_JOBS = 500

/** Bound at load: tests that replace the timers later do not stop the store. */
const soon = setImmediate

export function createWriter(
  transactions: Transactions,
  limits: Limits,
  passes: (thrown: unknown) => boolean = isPassing,
): Writer {
  const queue: Queued[] = []
  let draining: Promise<void> | undefined

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      await new Promise<void>((resolve) => soon(resolve))
      await settled(nextGroup())
    }
    draining = undefined
  }

  const nextGroup = (): readonly Queued[] => {
    let rows = 0
    let count = 0
    const seen = new Set<string>()
    while (count < queue.length && count < MAX_JOBS && (count === 0 || rows < MAX_ROWS)) {
      const job = queue[count]?.job
      if (!isFirstOfDocument(job, seen)) break
      rows += rowsOf(job)
      count += 1
    }
    return queue.splice(0, count)
  }

  const settled = async (group: readonly Queued[]): Promise<void> => {
    let outcomes: readonly JobOutcome[]
    try {
      outcomes = await patiently(() => decided(group.map(({ job }) => job)), limits.patienceMs, passes)
    } catch (thrown) {
      // One job's own fault (a constraint) takes the others down with it: each tries by itself.
      if (group.length > 1 && isOwnFault(thrown)) for (const one of group) await settled([one])
      else for (const { reject } of group) reject(asStoreError(thrown))
      return
    }
    for (const [index, { resolve, reject }] of group.entries()) {
      const outcome = outcomes[index]
      if (outcome === undefined || 'refused' in outcome) reject(outcome?.refused)
      else resolve(outcome.result)
    }
  }

  /** A commit whose answer was lost is never done twice: the server is asked what became of it first. */
  const decided = async (jobs: readonly Job<unknown>[]): Promise<readonly JobOutcome[]> => {
    try {
      return await transactions.run(jobs)
    } catch (thrown) {
      if (!(thrown instanceof Undecided)) throw thrown
      if (await answered(thrown)) return thrown.outcomes
      throw thrown.cause
    }
  }

  const answered = async ({ turn }: Undecided): Promise<boolean> => {
    try {
      return await patiently(() => transactions.wasCommitted(turn), limits.askMs)
    } catch (thrown) {
      throw new StoreError(
        'store-error',
        'the connection to PostgreSQL was lost while it wrote: nobody knows whether it did',
        {
          cause: asStoreError(thrown),
          advice: 'Bring the server back, then see what the store holds before you do the same again.',
        },
      )
    }
  }

  return {
    write: <T>(job: Job<T>): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        queue.push({ job, resolve: (result) => resolve(result as T), reject })
        draining ??= drain()
      }),
    idle: async () => draining,
  }
}

/** The number of a document that came to be in the same transaction is not known: whoever reads it waits for the next. */
function isFirstOfDocument(job: Job<unknown> | undefined, seen: Set<string>): boolean {
  const key = job?.type === 'change-document' ? job.key : job?.type === 'append' ? job.document.key : undefined
  if (job === undefined || key === undefined || !('collection' in job)) return true
  const place = documentPlace(job.collection, key)
  if (seen.has(place)) return false
  seen.add(place)
  return true
}

function rowsOf(job: Job<unknown> | undefined): number {
  return job?.type === 'commit' ? job.writes.length : 1
}
