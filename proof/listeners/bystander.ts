// A thread that does nothing but see how long it was kept from running: what other programs took of the processor.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** ms */
export interface Stall {
  readonly p99: number
  readonly most: number
}

const PROGRAM = `
const { parentPort } = require('node:worker_threads')
const { monitorEventLoopDelay } = require('node:perf_hooks')
const loop = monitorEventLoopDelay({ resolution: 5 })
loop.enable()
parentPort.on('message', () => parentPort.postMessage({ p99: loop.percentile(99) / 1e6, most: loop.max / 1e6 }))
parentPort.postMessage('begun')
`

export async function startBystander(): Promise<{ stop(): Promise<Stall> }> {
  const worker = new Worker(PROGRAM, { eval: true })
  await once(worker, 'message')
  return {
    async stop() {
      const answer = once(worker, 'message')
      worker.postMessage('stop')
      const [stall] = (await answer) as [Stall]
      await worker.terminate()
      return stall
    },
  }
}
