// Whether a store in this process is written by its thread yet.
import type { Worker } from 'node:worker_threads'

/** Resolves when one can be. Call it before the store is opened. */
export function threadReady(): Promise<void> {
  return new Promise((resolve) => {
    process.on('worker', (worker: Worker) => {
      worker.on('message', (message: { type?: string }) => {
        if (message.type === 'ready') setImmediate(resolve)
      })
    })
  })
}
