// What a phone's screen shows while WhatsApp wants a passkey for a link of its account.

/** `code`: to be compared with the companion's; undefined: the owner has not confirmed yet. */
export interface PasskeyGateView {
  readonly code: string | undefined
}

export interface PasskeyGate {
  /** Undefined: nothing is asked. */
  view(): PasskeyGateView | undefined
  /** Resolves as soon as a passkey is asked for, at once when one is; never when `forget` comes first. */
  reached(): { readonly promise: Promise<void>; forget(): void }
  open(): void
  compare(code: string): void
  close(): void
}

export function createPasskeyGate(): PasskeyGate {
  const waiting = new Set<() => void>()
  let shown: PasskeyGateView | undefined
  return {
    view: () => shown,
    reached() {
      let forget = (): void => {}
      const promise = new Promise<void>((resolve) => {
        if (shown !== undefined) return resolve()
        waiting.add(resolve)
        forget = () => waiting.delete(resolve)
      })
      return { promise, forget: () => forget() }
    },
    open() {
      shown = { code: undefined }
      for (const resolve of waiting) resolve()
      waiting.clear()
    },
    compare(code) {
      shown = { code }
    },
    close() {
      shown = undefined
    },
  }
}
