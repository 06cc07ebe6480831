// The thread that writes, as the main thread sees it.
import { Worker } from 'node:worker_threads'
import { deferred } from '../../lib/deferred.ts'
import { nextTurn } from '../slices.ts'
import { parcelsOf } from './parcel.ts'
import {
  type FromThread,
  receivedFailure,
  type SentFailure,
  type ThreadData,
  type ToThread,
  withFailures,
} from './thread-messages.ts'
import { type GroupOutcome, type Proposal, type RunGroup, ThreadLost } from './transaction.ts'

export interface WritingThread {
  /** Resolves when groups can be run there. Rejects, with the reason, when it ends before. */
  readonly ready: Promise<void>
  /** Resolves, with the reason, when it ends without having been told to. */
  readonly lost: Promise<Error>
  /** One group at a time. The process does not end before it is done. */
  readonly run: RunGroup
  /** Empties the write-ahead log and ends the thread. Not while a group runs. Never rejects. */
  close(): Promise<void>
}

/** What is used of a Worker. */
export interface ThreadWorker {
  on(event: 'message', listener: (message: FromThread) => void): unknown
  on(event: 'error', listener: (thrown: unknown) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
  postMessage(message: ToThread, transferred: readonly ArrayBuffer[]): void
  ref(): void
  unref(): void
  terminate(): Promise<number>
}

/** How long a thread that was told to end may take. A long log on a slow disk takes a while to be copied. */
const CLOSING_MS = 10_000

/** Bound at load: tests that replace the timers later do not stop the store. */
const later = setTimeout

export function startWritingThread(program: URL, file: string): WritingThread {
  const committing = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const workerData: ThreadData = { file, committing }
  // The program's own loaders and flags are not for this thread.
  const worker = new Worker(program, { workerData, name: 'paircode-store', execArgv: [] })
  return writingThread(worker, committing)
}

interface Awaited {
  readonly group: number
  resolve(outcome: GroupOutcome): void
  reject(reason: unknown): void
}

export function writingThread(worker: ThreadWorker, committing: Int32Array): WritingThread {
  let last = 0
  let awaited: Awaited | undefined
  let isReady = false
  let closing = false
  let reason: Error | undefined

  const [ready, exited, lost] = [deferred<void>(), deferred<void>(), deferred<Error>()]
  ready.promise.catch(() => {})

  worker.on('message', (message: FromThread) => {
    if (message.type === 'ready') {
      isReady = true
      ready.resolve()
    } else if (message.group === awaited?.group) {
      if (message.type === 'ran') awaited.resolve(withFailures(message.outcome, asReceived))
      else awaited.reject(receivedFailure(message.failure))
      awaited = undefined
    }
  })
  worker.on('error', (thrown: unknown) => {
    reason = thrown instanceof Error ? thrown : new Error(String(thrown))
  })
  worker.on('exit', (code: number) => {
    reason ??= new Error(`the thread ended with ${code}`)
    ready.reject(reason)
    awaited?.reject(new ThreadLost(Atomics.load(committing, 0) === awaited.group, reason))
    awaited = undefined
    exited.resolve()
    if (!closing) lost.resolve(reason)
  })
  // From here on it keeps no process alive, but for as long as a group is on its way.
  worker.unref()

  const send = (message: ToThread): void =>
    worker.postMessage(message, 'parcel' in message ? [message.parcel.bytes.buffer] : [])

  const run = async (proposals: readonly Proposal[]): Promise<GroupOutcome> => {
    if (reason !== undefined) throw new ThreadLost(false, reason)
    const group = ++last
    const answer = new Promise<GroupOutcome>((resolve, reject) => {
      awaited = { group, resolve, reject }
    })
    answer.catch(() => {})
    worker.ref()
    try {
      let before: ToThread | undefined
      for (const parcel of parcelsOf(proposals)) {
        if (before !== undefined) {
          send(before)
          await nextTurn()
        }
        before = { type: 'parcel', parcel }
      }
      if (before?.type === 'parcel') send({ ...before, type: 'run', group })
      return await answer
    } finally {
      worker.unref()
    }
  }

  return {
    ready: ready.promise,
    lost: lost.promise,
    run,
    async close() {
      closing = true
      worker.ref()
      if (isReady) send({ type: 'close' })
      else void worker.terminate()
      const limit = later(exited.resolve, CLOSING_MS)
      await exited.promise
      clearTimeout(limit)
      // Ended by now, or stuck in the disk: nobody waits for that.
      void worker.terminate()
      worker.unref()
    },
  }
}

/** With the names that it would have had here. */
function asReceived(failure: unknown): Error {
  return receivedFailure(failure as SentFailure)
}
