// The handle of one attempt: events for whoever iterates, a code for whoever awaits one, a result for all.
//
// Classes, not closures: a thousand links may wait for ten minutes each, and functions made anew for each of them, with a
// getter among them, were a tenth of what one weighs (measured: bench/waiting-links.mjs).
import { inspect } from 'node:util'
import { LinkError } from '../errors.ts'
import { type Deferred, deferred } from '../lib/deferred.ts'
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
  now(): number
  refresh(): void
  cancel(): void
}

export function createLinking(commands: LinkingCommands): LinkingHandle {
  return new ToldLinking(commands)
}

/** What the attempt knows and tells. */
class ToldLinking implements LinkingHandle {
  readonly linking: Linking
  readonly commands: LinkingCommands
  readonly events: LinkEvent[] = []
  state: LinkState = 'connecting'
  over: { readonly error: LinkError | undefined } | undefined
  readonly #result = deferred<LinkedSession>()
  #live: ShownCode | undefined
  #codeWaiters: Deferred<ShownCode>[] | undefined
  #woken: Deferred<void> | undefined

  constructor(commands: LinkingCommands) {
    this.commands = commands
    this.#result.promise.catch(() => {})
    this.linking = new ShownLinking(this, this.#result.promise)
  }

  tell(event: LinkEvent): void {
    if (this.over !== undefined) return
    this.state = stateAfter(event, this.state)
    if (event.type === 'code') this.#show({ code: event.code, expiresAt: event.expiresAt })
    else if (event.type !== 'qr' && event.type !== 'confirming') this.#live = undefined
    this.events.push(event)
    this.#wake()
  }

  succeed(session: LinkedSession): void {
    this.#end(undefined)
    this.#result.resolve(session)
  }

  fail(error: LinkError): void {
    this.tell({ type: 'failed', error })
    this.#end(error)
    this.#result.reject(error)
  }

  /** Resolves when something was told, or when it is over. */
  news(): Promise<void> {
    this.#woken ??= deferred()
    return this.#woken.promise
  }

  async code(): Promise<ShownCode> {
    this.assertLive()
    if (this.#live !== undefined && this.#live.expiresAt.getTime() > this.commands.now()) return this.#live
    const waiter = deferred<ShownCode>()
    this.#codeWaiters ??= []
    this.#codeWaiters.push(waiter)
    return waiter.promise
  }

  assertLive(): void {
    if (this.over !== undefined) throw this.over.error ?? linkedWithoutCode()
  }

  #show(shown: ShownCode): void {
    this.#live = shown
    for (const waiter of this.#takeWaiters()) waiter.resolve(shown)
  }

  #end(error: LinkError | undefined): void {
    this.over = { error }
    this.#live = undefined
    this.#wake()
    for (const waiter of this.#takeWaiters()) waiter.reject(error ?? linkedWithoutCode())
  }

  #takeWaiters(): readonly Deferred<ShownCode>[] {
    const waiters = this.#codeWaiters ?? []
    this.#codeWaiters = undefined
    return waiters
  }

  #wake(): void {
    const woken = this.#woken
    this.#woken = undefined
    woken?.resolve()
  }
}

/** What the caller of link() holds. Whoever prints it sees the state and nothing else. */
class ShownLinking implements Linking {
  readonly result: Promise<LinkedSession>
  readonly #told: ToldLinking

  constructor(told: ToldLinking, result: Promise<LinkedSession>) {
    this.#told = told
    this.result = result
  }

  get state(): LinkState {
    return this.#told.state
  }

  async code(): Promise<ShownCode> {
    if (!this.#told.commands.hasPhone)
      throw new LinkError('invalid-options', 'there is no code without a phone', {
        advice: 'Give a phone, or show the QR codes of the "qr" events.',
      })
    return this.#told.code()
  }

  async refresh(): Promise<void> {
    this.#told.assertLive()
    this.#told.commands.refresh()
  }

  async cancel(): Promise<void> {
    if (this.#told.over === undefined) this.#told.commands.cancel()
    await this.result.catch(() => {})
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LinkEvent, void, void> {
    const told = this.#told
    for (let at = 0; ; ) {
      const next = told.events[at]
      if (next !== undefined) {
        at += 1
        yield next
      } else if (told.over !== undefined) return
      else await told.news()
    }
  }

  toJSON(): { readonly state: LinkState } {
    return { state: this.state }
  }

  [inspect.custom](): string {
    return `Linking ${inspect(this.toJSON())}`
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
