// Whether the caller of link() gave up, with a signal for as long as something listens to one.
import type { LinkError } from '../errors.ts'

export class Abandonment {
  #reason: LinkError | undefined
  #aborter: AbortController | undefined

  /** Undefined: nobody gave up. */
  get reason(): LinkError | undefined {
    return this.#reason
  }

  /** Aborted with the reason when the caller gives up, or gave up before. Not after `dropSignal()`: ask again then. */
  signal(): AbortSignal {
    this.#aborter ??= new AbortController()
    if (this.#reason !== undefined) this.#aborter.abort(this.#reason)
    return this.#aborter.signal
  }

  dropSignal(): void {
    this.#aborter = undefined
  }

  /** The first reason counts. */
  abandon(reason: LinkError): void {
    this.#reason ??= reason
    this.#aborter?.abort(this.#reason)
  }
}
