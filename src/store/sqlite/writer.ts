// Group commit: jobs that arrive while a transaction is due or under way share the next one, so a hundred small writes
// cost one wait for the disk instead of a hundred.
import { StoreError } from '../../errors.ts'
import type { Connection } from './connection.ts'
import { asStoreError } from './failure.ts'
import { whenUnlocked } from './lock.ts'

export interface Writer {
  /**
   * Runs `job` inside a transaction, in the order of the calls. `rows` is about how many it writes. Resolves when its
   * writes are durable. A job that throws leaves nothing behind, and does not disturb the others.
   */
  write<T>(rows: number, job: () => T): Promise<T>
  /** Resolves when all jobs so far are done. */
  idle(): Promise<void>
}

interface Job {
  readonly rows: number
  run(): unknown
  resolve(result: unknown): void
  reject(reason: unknown): void
}

type Outcome = { readonly job: Job; readonly result: unknown } | { readonly job: Job; readonly refused: unknown }

/** A transaction takes no more jobs once it writes this many rows: about 5 ms, so the event loop stays responsive. */
const MAX_ROWS = 500

/** Bound at load: tests that replace the timers later do not stop the store. */
const soon = setImmediate

export function createWriter(connection: Connection): Writer {
  const queue: Job[] = []
  let draining: Promise<void> | undefined

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      await new Promise<void>((resolve) => soon(resolve))
      await transaction(nextGroup())
    }
    draining = undefined
  }

  const nextGroup = (): readonly Job[] => {
    let rows = 0
    let count = 0
    while (count < queue.length && (count === 0 || rows < MAX_ROWS)) rows += queue[count++]?.rows ?? 0
    return queue.splice(0, count)
  }

  const transaction = async (jobs: readonly Job[]): Promise<void> => {
    let outcomes: readonly Outcome[]
    try {
      await whenUnlocked(() => connection.exec('BEGIN IMMEDIATE'))
      outcomes = jobs.map((job) => (jobs.length === 1 ? outcomeOf(job) : outcomeInSavepoint(job)))
      connection.exec('COMMIT')
    } catch (thrown) {
      rollBack(connection)
      for (const { reject } of jobs) reject(thrown instanceof Refused ? thrown.reason : asStoreError(thrown))
      return
    }
    for (const outcome of outcomes) {
      if ('refused' in outcome) outcome.job.reject(outcome.refused)
      else outcome.job.resolve(outcome.result)
    }
  }

  const outcomeOf = (job: Job): Outcome => {
    try {
      return { job, result: job.run() }
    } catch (reason) {
      throw new Refused(reason)
    }
  }

  const outcomeInSavepoint = (job: Job): Outcome => {
    connection.exec('SAVEPOINT job')
    try {
      const result = job.run()
      connection.exec('RELEASE job')
      return { job, result }
    } catch (reason) {
      // A full disk ends the whole transaction: nothing is left to go back to, and nobody's writes are in it.
      if (!connection.inTransaction) throw reason
      connection.exec('ROLLBACK TO job; RELEASE job')
      return { job, refused: asRefusal(reason) }
    }
  }

  return {
    write: <T>(rows: number, run: () => T): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        queue.push({ rows, run, resolve: (result) => resolve(result as T), reject })
        draining ??= drain()
      }),
    idle: async () => draining,
  }
}

/** What a job that was alone threw. */
class Refused extends Error {
  readonly reason: unknown

  constructor(reason: unknown) {
    super('refused')
    this.reason = asRefusal(reason)
  }
}

/** Errors of this package pass; what SQLite threw gets a name. */
function asRefusal(reason: unknown): unknown {
  if (reason instanceof StoreError || !isSqlite(reason)) return reason
  return asStoreError(reason)
}

function isSqlite(thrown: unknown): boolean {
  return thrown instanceof Error && 'rawCode' in thrown
}

function rollBack(connection: Connection): void {
  if (!connection.inTransaction) return
  try {
    connection.exec('ROLLBACK')
  } catch {
    // SQLite has already done it.
  }
}
