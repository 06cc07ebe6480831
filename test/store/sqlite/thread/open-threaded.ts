// A store whose writes go through the thread from its first moment.
import { Worker } from 'node:worker_threads'
import { inject, onTestFinished } from 'vitest'
import { systemClock } from '../../../../src/lib/clock.ts'
import type { Backend } from '../../../../src/store/backend.ts'
import { unlock } from '../../../../src/store/check.ts'
import type { Store } from '../../../../src/store/contract.ts'
import { sweep } from '../../../../src/store/guarded.ts'
import type { OpenOptions } from '../../../../src/store/open.ts'
import { createSeal } from '../../../../src/store/seal.ts'
import { openSqlite } from '../../../../src/store/sqlite/open.ts'
import { startWritingThread, type WritingThread, writingThread } from '../../../../src/store/sqlite/writing-thread.ts'
import { assembleStore } from '../../../../src/store/store.ts'
import { whileAwaited } from '../../fake-clock.ts'

export function startTestThread(file: string): WritingThread {
  return startWritingThread(new URL(inject('threadProgram')), file)
}

/** A thread that the test can end. */
export function startTestWorker(file: string): { readonly thread: WritingThread; readonly worker: Worker } {
  const committing = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL(inject('threadProgram')), { workerData: { file, committing }, execArgv: [] })
  return { worker, thread: writingThread(worker, committing) }
}

export async function openThreaded(file: string, options: OpenOptions = {}): Promise<Store> {
  const clock = options.clock ?? systemClock
  let started: WritingThread | undefined
  const start = async (): Promise<WritingThread> => {
    started = startTestThread(file)
    return started
  }
  const given = typeof options.key === 'function' ? await options.key() : options.key
  const { backend, key } = await openSqlite(file, clock, given, () => ({ afterMs: 0, start }))
  const unlocked = await unlock(backend, createSeal(key, options.previousKeys))
  while (started === undefined) await new Promise((resolve) => setImmediate(resolve))
  await started.ready
  await new Promise((resolve) => setImmediate(resolve))
  await backend.commit([sweep(clock.now())])
  const store = assembleStore({ kind: 'sqlite', backend: awaited(backend), unlocked, clock })
  onTestFinished(() => store.close())
  return store
}

/** What is under way in the thread takes time and not turns: a fake clock has to wait for it. */
function awaited(backend: Backend): Backend {
  return new Proxy(backend, {
    get: (target, name: keyof Backend) => {
      const method = target[name] as (...given: readonly unknown[]) => Promise<unknown>
      return (...given: readonly unknown[]) => whileAwaited(method(...given))
    },
  })
}
