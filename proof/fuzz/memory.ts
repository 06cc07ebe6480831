// Whether memory stays flat: what is held after a collection, again and again, and the slope of a line through it.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface Held {
  readonly at: number
  readonly bytes: number
}

export interface MemoryWatch {
  /** Collects twice and notes what is left: heap, external memory and array buffers, the bridge's WebAssembly included. */
  note(at: number): void
  readonly samples: readonly Held[]
}

/** `wasmBytes`: of the bridge, which V8 counts nowhere. */
export function watchMemory(wasmBytes: () => number): MemoryWatch {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const samples: Held[] = []
  return {
    samples,
    note(at) {
      collect()
      collect()
      const { heapUsed, external } = process.memoryUsage()
      samples.push({ at, bytes: heapUsed + external + wasmBytes() })
    },
  }
}

/** Bytes by which it grows for each 1,000 cases: least squares, without the first fifth, in which code is compiled. */
export function slopePerThousand(samples: readonly Held[]): number {
  const settled = samples.slice(Math.ceil(samples.length / 5))
  if (settled.length < 3) return 0
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(settled.map(({ at }) => at)), mean(settled.map(({ bytes }) => bytes))]
  const rise = settled.reduce((sum, { at, bytes }) => sum + (at - x) * (bytes - y), 0)
  const run = settled.reduce((sum, { at }) => sum + (at - x) ** 2, 0)
  return run === 0 ? 0 : (1_000 * rise) / run
}
