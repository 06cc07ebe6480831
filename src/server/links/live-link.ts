// One link that this server is at: its events go to the store first, then to whoever listens.
import { LinkError } from '../../errors.ts'
import { deferred } from '../../lib/deferred.ts'
import type { Logger } from '../../lib/logger.ts'
import type { LinkEvent, Linking } from '../../linking/events.ts'
import type { LinkRecord, LinkRecords } from './record.ts'
import { isLast, linkProblem, type NumberedEvent, type ToldEvent, toldEvent, withoutSecrets } from './told-event.ts'

export interface LiveLink {
  readonly record: LinkRecord
  readonly events: readonly NumberedEvent[]
  /** Resolves at the first code (a QR code, where there is no number), or at the end. Never rejects. */
  readonly answered: Promise<void>
  /** Resolves when it is over and its events are erased. Never rejects. */
  readonly over: Promise<void>
  /** The error that it failed with. */
  readonly error: LinkError | undefined
  /** Calls `listener` for each event from now on, in order; returns the way to stop. */
  listen(listener: (event: NumberedEvent) => void): () => void
  refresh(): Promise<void>
  /** @throws LinkError invalid-options · passkey-required */
  answerPasskey(assertion: unknown): Promise<void>
  /** @throws LinkError passkey-required */
  confirm(equal: boolean): Promise<void>
  /** Ends it, with this error. Resolves when it is over. */
  end(error: LinkError): Promise<void>
}

export interface LiveLinkParts {
  readonly record: LinkRecord
  readonly records: LinkRecords
  readonly logger: Logger
  /** Begins the linking; `signal` ends it. */
  readonly begin: (signal: AbortSignal) => Linking
  /** Before the store has it. */
  readonly onTelling?: ((link: string, type: ToldEvent['type']) => void) | undefined
  /** After the store has it, before listeners hear of it. */
  readonly onEvent: (event: ToldEvent, live: LiveLink) => void
}

export function runLink({ record, records, logger, begin, onTelling, onEvent }: LiveLinkParts): LiveLink {
  const events: NumberedEvent[] = []
  const listeners = new Set<(event: NumberedEvent) => void>()
  const answered = deferred<void>()
  const over = deferred<void>()
  const aborter = new AbortController()
  let error: LinkError | undefined
  let asked: Extract<LinkEvent, { type: 'passkey' }> | undefined
  let compared: Extract<LinkEvent, { type: 'verify' }> | undefined
  const linking = begin(aborter.signal)

  const tell = async (event: ToldEvent): Promise<void> => {
    onTelling?.(record.id, event.type)
    const number = await records.tell(record, event, events.length === 0)
    const numbered: NumberedEvent = { number, event }
    events.push(numbered)
    onEvent(event, live)
    for (const listener of listeners) listener(numbered)
    const hasAnswer = event.type === 'code' || (event.type === 'qr' && record.phone === null)
    if (hasAnswer || isLast(event)) answered.resolve()
  }

  /** An end on purpose is told by its own error, not by that of the abort. */
  const failureOf = (thrown: unknown): LinkError => {
    if (aborter.signal.aborted && aborter.signal.reason instanceof LinkError) return aborter.signal.reason
    if (thrown instanceof LinkError) return thrown
    return new LinkError('store-error', 'an unexpected fault ended the link', { cause: thrown })
  }

  const run = async (): Promise<void> => {
    for await (const event of linking) {
      if (event.type === 'failed') error = failureOf(event.error)
      if (event.type === 'passkey') asked = event
      if (event.type === 'verify') compared = event
      await tell(
        event.type === 'failed' && error !== undefined
          ? { type: 'failed', problem: linkProblem(error) }
          : toldEvent(event),
      )
    }
  }

  const conclude = async (thrown: unknown): Promise<void> => {
    let untold: ToldEvent | undefined
    if (thrown !== undefined) {
      // The store could not keep an event: nobody could follow the link any more.
      error = failureOf(thrown)
      aborter.abort(error)
      await linking.cancel().catch(() => {})
      const number = (events.at(-1)?.number ?? 0) + 1
      const failed: NumberedEvent = { number, event: { type: 'failed', problem: linkProblem(error) } }
      onTelling?.(record.id, 'failed')
      events.push(failed)
      untold = failed.event
      onEvent(failed.event, live)
      for (const listener of listeners) listener(failed)
    }
    await records.end(
      record,
      events.map(({ number, event }) => ({ number, event: withoutSecrets(event) })),
      untold,
    )
  }

  const live: LiveLink = {
    record,
    events,
    answered: answered.promise,
    over: over.promise,
    get error() {
      return error
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    refresh: () => linking.refresh(),
    async answerPasskey(assertion) {
      if (asked === undefined) throw notAsked('passkey')
      await asked.respond(assertion)
    },
    async confirm(equal) {
      if (compared === undefined) throw notAsked('verify')
      await compared.confirm(equal)
    },
    async end(reason) {
      aborter.abort(reason)
      await over.promise
    },
  }

  run()
    .then(() => conclude(undefined), conclude)
    .catch((thrown: unknown) =>
      logger.error({ link: record.id, reason: thrown instanceof Error ? thrown.message : 'unknown' }, 'not erased yet'),
    )
    .finally(() => {
      answered.resolve()
      over.resolve()
    })
  return live
}

/** `state`: the one in which it would be asked. */
export function notAsked(state: 'passkey' | 'verify'): LinkError {
  const what = state === 'passkey' ? 'no passkey is asked for' : 'there are no codes to compare'
  return new LinkError('passkey-required', `${what} in the link’s state`, {
    advice: `Wait for the event "${state}", and answer the newest.`,
  })
}
