// Group commit: what is to be written while a transaction is due or under way shares the next one, so a hundred small
// writes cost one wait for the disk instead of a hundred. Where the transaction runs, here or in the thread, is the
// same to it: one at a time, so the order of the calls holds also when that changes.
import { StoreError } from '../../errors.ts'
import { nextTurn } from '../slices.ts'
import { asStoreError, isBusy } from './failure.ts'
import { PATIENCE_MS, whenUnlocked } from './lock.ts'
import { type GroupOutcome, type Proposal, type RunGroup, ThreadLost } from './transaction.ts'

/** What those before it in the same transaction are about to change. */
export interface Ahead {
  /** Kind and key → the value that it will have; undefined: none. */
  readonly records: Map<string, Uint8Array | undefined>
  /** Collection and list → the number of its last document. */
  readonly counters: Map<string, number>
  /** What was read by others, who may change it in ways that only the database can tell. */
  readonly read: Set<string>
}

export interface Proposed<T> extends Proposal {
  /** What the caller gets when the proposal was carried out. What it throws, the caller gets as well. */
  readonly result: () => T
}

export interface Writer {
  /**
   * Has what `propose` makes of the rows written, in the order of the calls. Resolves when it is durable. `propose` reads,
   * and may be called again; undefined: it can say nothing before those ahead of it are done. What it throws refuses
   * the call.
   */
  write<T>(propose: (ahead: Ahead) => Proposed<T> | undefined): Promise<T>
  /** From the next transaction on, they run there. */
  runIn(run: RunGroup): void
  /** Resolves when everything so far is done. */
  idle(): Promise<void>
}

interface Job {
  propose(ahead: Ahead): Proposed<unknown> | undefined
  resolve(result: unknown): void
  reject(reason: unknown): void
  /** ms since the epoch; when its proposal had first to be made anew. */
  movedAt: number | undefined
}

interface Step {
  readonly job: Job
  readonly proposed: Proposed<unknown>
}

/** A transaction takes no more proposals once it writes this many rows: about 5 ms of work. */
const MAX_ROWS = 500

/** Proposals made in one turn of the event loop: each reads a row or a few, about 1 ms in all. */
const SLICE = 30

/** Bound at load: tests that replace the timers later do not stop the store. */
const now = Date.now

export function createWriter(runHere: RunGroup): Writer {
  const queue: Job[] = []
  let run = runHere
  let draining: Promise<void> | undefined

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      await nextTurn()
      const steps = await nextGroup()
      if (steps.length > 0) await carryOut(steps)
    }
    draining = undefined
  }

  /** As many of the first jobs as go into one transaction, taken from the queue; none when the rows cannot be read. */
  const nextGroup = async (): Promise<readonly Step[]> => {
    const ahead: Ahead = { records: new Map(), counters: new Map(), read: new Set() }
    const steps: Step[] = []
    let rows = 0
    try {
      for (const job of queue) {
        if (rows >= MAX_ROWS) break
        const proposed = await whenUnlocked(() => proposedBy(job, ahead))
        if (proposed === undefined) break
        rows += Math.max(1, proposed.changes.length)
        steps.push({ job, proposed })
        if (steps.length % SLICE === 0) await nextTurn()
      }
      queue.splice(0, steps.length)
      return steps
    } catch (failure) {
      for (const { reject } of queue.splice(0)) reject(failure)
      return []
    }
  }

  const carryOut = async (steps: readonly Step[]): Promise<void> => {
    const running = run
    try {
      settle(steps, await running(steps.map(({ proposed: { expected, changes } }) => ({ expected, changes }))))
    } catch (thrown) {
      const lost = thrown instanceof ThreadLost ? thrown : undefined
      if (lost !== undefined && run === running) run = runHere
      if (lost !== undefined && !lost.committing) return void queue.unshift(...steps.map(({ job }) => job))
      const failure = lost === undefined ? asStoreError(thrown) : unknownWhether(lost)
      for (const { job } of steps) job.reject(failure)
    }
  }

  const settle = (steps: readonly Step[], { outcomes }: GroupOutcome): void => {
    const undone: Job[] = []
    for (const [index, { job, proposed }] of steps.entries()) {
      const outcome = outcomes[index]
      if (outcome === undefined) undone.push(job)
      else if (outcome.done) answer(job, proposed)
      else job.reject(asStoreError(outcome.failure))
    }
    const [moved] = undone
    if (moved !== undefined && isPatienceOver(moved)) undone.shift()?.reject(neverStill())
    queue.unshift(...undone)
  }

  return {
    write: <T>(propose: (ahead: Ahead) => Proposed<T> | undefined): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        queue.push({ propose, resolve: (result) => resolve(result as T), reject, movedAt: undefined })
        draining ??= drain()
      }),
    runIn: (there) => {
      run = there
    },
    idle: async () => draining,
  }
}

function proposedBy(job: Job, ahead: Ahead): Proposed<unknown> | undefined {
  try {
    return job.propose(ahead)
  } catch (thrown) {
    if (isBusy(thrown)) throw thrown
    return { expected: undefined, changes: [], result: () => refuse(thrown) }
  }
}

function answer(job: Job, { result }: Proposed<unknown>): void {
  try {
    job.resolve(result())
  } catch (reason) {
    job.reject(isSqlite(reason) ? asStoreError(reason) : reason)
  }
}

function refuse(reason: unknown): never {
  throw reason
}

function isPatienceOver(job: Job): boolean {
  job.movedAt ??= now()
  return now() - job.movedAt >= PATIENCE_MS
}

function neverStill(): StoreError {
  return new StoreError('store-error', `other processes changed the same rows again and again for ${PATIENCE_MS} ms`, {
    advice: 'Close programs that have the store open, then try again.',
  })
}

function unknownWhether(lost: ThreadLost): StoreError {
  return new StoreError('store-error', `${lost.message} in a commit: whether this was stored is not known`, {
    cause: lost.cause,
    advice: 'Look at what the store holds now, and repeat the call if it is not there.',
  })
}

function isSqlite(thrown: unknown): boolean {
  return thrown instanceof Error && 'rawCode' in thrown
}
