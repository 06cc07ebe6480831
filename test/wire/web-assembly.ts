// The few types of WebAssembly that the tests need; Node has it, its types do not.
interface Constructor<Value> {
  new (...given: unknown[]): Value
}

export interface Memory {
  readonly buffer: ArrayBuffer
}

export interface Instance {
  readonly exports: Readonly<Record<string, unknown>>
}

export const webAssembly = Reflect.get(globalThis, 'WebAssembly') as {
  Instance: Constructor<Instance>
  readonly Memory: Constructor<Memory>
  /** A trap. After one the bridge's own stack is not wound back: enough of them make it unusable. */
  readonly RuntimeError: Constructor<Error>
}
