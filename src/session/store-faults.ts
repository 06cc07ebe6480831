// What the store could not do under a socket. A socket whose keys or credentials are not kept must send nothing more:
// what it acknowledges would be gone after the next start. Baileys itself goes on: it answers a message whose session it
// could not store (lib/Socket/messages-recv.js).

export interface StoreFaults {
  readonly report: (cause: unknown) => void
  /** Whoever is responsible for the socket now; hears at once of what came before. One at a time. */
  readonly listen: (told: (cause: unknown) => void) => void
}

export function createStoreFaults(): StoreFaults {
  let first: { readonly cause: unknown } | undefined
  let told: (cause: unknown) => void = () => {}
  return {
    report(cause) {
      first ??= { cause }
      told(cause)
    },
    listen(listener) {
      told = listener
      if (first !== undefined) listener(first.cause)
    },
  }
}
