// Ctrl-C and its relatives, for the whole program. The first one asks politely, the second one does not.

export interface Interrupts {
  /** `run` is called on the first interrupt. Returns the way to stop listening. */
  listen(run: () => void): () => void
  /** As if Ctrl-C had been pressed: for keys that are read one by one, and for output that nobody reads any more. */
  trigger(): void
  /** Stops listening to the process. */
  close(): void
}

export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown
  off(signal: NodeJS.Signals, listener: () => void): unknown
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** `force` is called on the second interrupt, and on the first when nobody listens. */
export function createInterrupts(source: SignalSource, force: () => void): Interrupts {
  const listeners = new Set<() => void>()
  let interrupted = false

  const trigger = (): void => {
    if (interrupted || listeners.size === 0) return force()
    interrupted = true
    for (const run of [...listeners]) run()
  }

  for (const signal of SIGNALS) source.on(signal, trigger)
  return {
    listen(run) {
      listeners.add(run)
      return () => void listeners.delete(run)
    },
    trigger,
    close() {
      for (const signal of SIGNALS) source.off(signal, trigger)
    },
  }
}
