// The handle of one attempt: events for whoever iterates, a code for whoever awaits one, a result for all.
import { LinkError } from '../errors.ts'
import { type Deferred, deferred } from '../lib/deferred.ts'
import { printedAs } from '../lib/printed-as.ts'
import type { LinkEvent, LinkedSession, Linking, LinkState } from '../linking/events.ts'

type ShownCode = { readonly code: string; readonly expiresAt: Date }

export interface LinkingHandle {
  readonly linking: Linking
  /** In order; nothing after `succeed` or `fail`. */
  tell(event: LinkEvent): void
  succeed(session: LinkedSession): void
  fail(error: LinkError): void
}

export interface LinkingCommands {
  readonly hasPhone: boolean
  readonly now: () => number
  readonly refresh: () => void
  readonly cancel: () => void
}

export function createLinking(commands: LinkingCommands): LinkingHandle {
  const events: LinkEvent[] = []
  const result = deferred<LinkedSession>()
  const codeWaiters: Deferred<ShownCode>[] = []
  let wake = deferred<void>()
  let state: LinkState = 'connecting'
  let live: ShownCode | undefined
  let over: { readonly error: LinkError | undefined } | undefined
  result.promise.catch(() => {})

  const tell = (event: LinkEvent): void => {
    if (over !== undefined) return
    state = stateAfter(event, state)
    if (event.type === 'code') showCode({ code: event.code, expiresAt: event.expiresAt })
    else if (event.type !== 'qr' && event.type !== 'confirming') live = undefined
    events.push(event)
    const woken = wake
    wake = deferred<void>()
    woken.resolve()
  }

  const showCode = (shown: ShownCode): void => {
    live = shown
    for (const waiter of codeWaiters.splice(0)) waiter.resolve(shown)
  }

  const end = (error: LinkError | undefined): void => {
    over = { error }
    live = undefined
    wake.resolve()
    for (const waiter of codeWaiters.splice(0)) waiter.reject(error ?? linkedWithoutCode())
  }

  async function* iterate(): AsyncGenerator<LinkEvent, void, void> {
    for (let at = 0; ; ) {
      const next = events[at]
      if (next !== undefined) {
        at += 1
        yield next
      } else if (over !== undefined) return
      else await wake.promise
    }
  }

  const linking: Linking = {
    get state() {
      return state
    },
    result: result.promise,
    async code() {
      if (!commands.hasPhone)
        throw new LinkError('invalid-options', 'there is no code without a phone', {
          advice: 'Give a phone, or show the QR codes of the "qr" events.',
        })
      if (over !== undefined) throw over.error ?? linkedWithoutCode()
      if (live !== undefined && live.expiresAt.getTime() > commands.now()) return live
      const waiter = deferred<ShownCode>()
      codeWaiters.push(waiter)
      return waiter.promise
    },
    async refresh() {
      if (over !== undefined) throw over.error ?? linkedWithoutCode()
      commands.refresh()
    },
    async cancel() {
      if (over === undefined) commands.cancel()
      await result.promise.catch(() => {})
    },
    [Symbol.asyncIterator]: iterate,
  }

  return {
    linking: printedAs(linking, 'Linking', () => ({ state })),
    tell,
    succeed(session) {
      end(undefined)
      result.resolve(session)
    },
    fail(error) {
      tell({ type: 'failed', error })
      end(error)
      result.reject(error)
    },
  }
}

function linkedWithoutCode(): LinkError {
  return new LinkError('session-exists', 'the session is linked; there is no code to show')
}

function stateAfter(event: LinkEvent, before: LinkState): LinkState {
  switch (event.type) {
    case 'qr':
      return before === 'connecting' ? 'code' : before
    case 'code-expired':
      return 'connecting'
    default:
      return event.type
  }
}
