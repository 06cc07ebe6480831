// A step that never returns cannot be stopped from its own thread: another one looks whether lives still follow each other, and
// when they do not, names the life and ends the process.
import { Worker } from 'node:worker_threads'

const TEXT_BYTES = 1_000
let cell: { readonly count: Int32Array; readonly text: Uint8Array } | undefined

const GUARD = `
  const { workerData: { count, text, limitMs } } = require('node:worker_threads')
  let seen = -1
  let since = Date.now()
  setInterval(() => {
    const now = Atomics.load(count, 0)
    if (now !== seen) { seen = now; since = Date.now() }
    if (Date.now() - since < limitMs) return
    const words = Buffer.from(text).toString().replace(/\\0.*/s, '')
    require('node:fs').writeSync(2, 'HANG: nothing for ' + limitMs + " ms in --replay '" + words + "'\\n")
    process.kill(process.pid, 'SIGKILL')
  }, 1_000)`

/** From now on each life has to begin within `limitMs` of the one before. */
export function guardAgainstHangs(limitMs: number): void {
  const count = new Int32Array(new SharedArrayBuffer(4))
  const text = new Uint8Array(new SharedArrayBuffer(TEXT_BYTES))
  cell = { count, text }
  new Worker(GUARD, { eval: true, workerData: { count, text, limitMs } }).unref()
}

/** A life begins. */
export function beat(name: string): void {
  if (cell === undefined) return
  cell.text.fill(0)
  cell.text.set(Buffer.from(name).subarray(0, TEXT_BYTES))
  Atomics.add(cell.count, 0, 1)
}
