// A link's events for programs: one JSON object a line, as the library gives them.
import type { LinkEvent } from '../../linking/events.ts'
import { describeError } from '../printing/described-error.ts'
import type { Message, PipePrinter } from '../printing/printer.ts'
import type { LinkView } from './view.ts'

/** `failed` is left out: the printer tells of errors once, with everything else that can fail. */
export function pipeLinkView(printer: PipePrinter): LinkView {
  return {
    show(event) {
      if (event.type !== 'failed') printer.print(linkMessage(event), '')
    },
    close() {},
  }
}

/** What JSON can carry: no functions, errors described. */
export function linkMessage(event: LinkEvent): Message {
  switch (event.type) {
    case 'passkey':
      return { type: event.type, options: event.options, expiresAt: event.expiresAt }
    case 'verify':
      return { type: event.type, code: event.code }
    case 'retrying':
      return { ...event, error: describeError(event.error) }
    case 'failed':
      return { type: event.type, error: describeError(event.error) }
    default:
      return event
  }
}
