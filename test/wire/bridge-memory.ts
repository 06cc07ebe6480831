// The WebAssembly memory of the bridge, in bytes. The bridge does not hand it out, so it is caught when it is made: call this
// before anything imports src/wire/bridge.ts.
import { type Memory, webAssembly } from './web-assembly.ts'

export async function watchBridgeMemory(): Promise<{
  readonly bridge: typeof import('../../src/wire/bridge.ts')
  readonly bytes: () => number
}> {
  const memories: Memory[] = []
  const { Instance } = webAssembly
  webAssembly.Instance = new Proxy(Instance, {
    construct(target, given: unknown[]) {
      const instance = new target(...given)
      for (const exported of Object.values(instance.exports))
        if (exported instanceof webAssembly.Memory) memories.push(exported)
      return instance
    },
  })
  try {
    const bridge = await import('../../src/wire/bridge.ts')
    return { bridge, bytes: () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0) }
  } finally {
    webAssembly.Instance = Instance
  }
}
