// What a process holds in memory: V8's heap, what lies outside of it, and WebAssembly. Import this before anything else, and
// start node with --expose-gc.
//
// `external` contains `arrayBuffers`, so these are not added. Whether it contains the memory of WebAssembly as well depends
// on the engine (Node 20: yes), so it is tried out, once, and added only where it is missing.

/** @type {WebAssembly.Memory[]} */
const memories = []

// The bridge makes its instance while it is loaded, and keeps the memory to itself.
WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, given) {
    const instance = Reflect.construct(target, given)
    const memory = Object.values(instance.exports).find((one) => one instanceof WebAssembly.Memory)
    if (memory !== undefined) memories.push(memory)
    return instance
  },
})

/** Of 64 KiB each. */
const PAGES = 256
const countsAsExternal = (() => {
  const before = process.memoryUsage().external
  const tried = new WebAssembly.Memory({ initial: PAGES })
  return process.memoryUsage().external - before >= tried.buffer.byteLength / 2
})()

/** Bytes, after two collections. `total`: what counts; `rss`: what the system sees, for comparison only. */
export async function weight() {
  for (let collection = 0; collection < 2; collection += 1) {
    globalThis.gc()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage()
  const wasm = memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0)
  return { heapUsed, external, arrayBuffers, wasm, rss, total: heapUsed + external + (countsAsExternal ? 0 : wasm) }
}
