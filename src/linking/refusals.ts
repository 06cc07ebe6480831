// Pure. WhatsApp's refusals, translated (docs/protocol.md sections 3 and 10; contract: "Answers to a code request").
import { LinkError } from '../errors.ts'
import { type ConnectionEnd, harmlessText } from '../wire/ends.ts'
import type { IqError } from './iq.ts'

/** What each refusal says in words. A text that contradicts its code makes the refusal unknown; an absent text does not. */
const TEXTS: Readonly<Record<number, string>> = {
  400: 'bad-request',
  403: 'forbidden',
  429: 'rate-overlimit',
  452: 'feature-not-available',
  500: 'internal-server-error',
}

/** The error for a refused code request. `retryable` is true for what the attempt itself tries again. */
export function refusalOfHello(error: IqError): LinkError {
  const { code } = error
  const known =
    code !== undefined && Object.hasOwn(TEXTS, code) && (error.text === undefined || error.text === TEXTS[code])
  const details = { ...(code === undefined ? {} : { status: code }), ...wait(error) }
  if (!known)
    return new LinkError(
      'rejected',
      `WhatsApp refused with a number that nobody knows (${code ?? 'none'}${said(error.text)})`,
      details,
    )
  if (code === 400)
    return new LinkError('rejected', 'WhatsApp refused the number (400), or it was asked too often', {
      ...details,
      retryable: true,
    })
  if (code === 403) return new LinkError('forbidden', 'WhatsApp does not allow this link (403)', details)
  if (code === 429) return new LinkError('rate-limited', 'too many attempts for this number (429)', details)
  if (code === 452)
    return new LinkError('not-available', 'linking by code is not available for this account (452)', details)
  return new LinkError('server-error', 'WhatsApp had a fault of its own (500)', details)
}

/** The error for a refused `companion_finish`: 400 or 500 by the book; whatever comes ends the attempt. */
export function refusalOfFinish(error: IqError): LinkError {
  const details = { ...(error.code === undefined ? {} : { status: error.code }), ...wait(error) }
  if (error.code === 500)
    return new LinkError('server-error', 'WhatsApp had a fault of its own while confirming the code (500)', details)
  if (error.code === 429)
    return new LinkError('rate-limited', 'WhatsApp refused to confirm the code: too many attempts (429)', details)
  return new LinkError(
    'rejected',
    `WhatsApp refused to confirm the code (${error.code ?? 'no number'}${said(error.text)})`,
    // As for a code request: another link can succeed, when the account has waited.
    error.code === 400 ? { ...details, retryable: true } : details,
  )
}

/** The error for a refused step of the passkey ceremony: whatever it is, the ceremony is over; a new link may try again. */
export function refusalOfPasskey(step: string, error: IqError): LinkError {
  return new LinkError(
    'rejected',
    `WhatsApp refused the ${step} of the passkey confirmation (${error.code ?? 'no number'}${said(error.text)})`,
    {
      ...(error.code === undefined ? {} : { status: error.code }),
      retryable: true,
      advice: 'Link again and confirm with the passkey once more.',
    },
  )
}

/** WhatsApp's own word beside its number. */
function said(text: string | undefined): string {
  const word = harmlessText(text)
  return word === undefined ? '' : `, ${word}`
}

const UNREADABLE = 'what WhatsApp sent could not be read; the connection was closed'

/** The error for an end of a connection that had no account yet. `retryable` as above. */
export function errorOfEnd(end: ConnectionEnd): LinkError {
  switch (end.kind) {
    case 'unopened':
      return end.error
    case 'failure':
      return errorOfFailure(end)
    case 'silent':
      return new LinkError('network', 'WhatsApp stopped answering')
    case 'stream-error':
      return end.code === 429
        ? new LinkError('rate-limited', 'WhatsApp closed the connection: too fast (429)', { status: 429 })
        : new LinkError('network', `WhatsApp closed the connection (${end.code ?? end.child ?? 'no reason given'})`)
    case 'closed':
      return new LinkError('network', end.unreadable === true ? UNREADABLE : 'the connection to WhatsApp was lost', {
        cause: end.cause,
      })
    default:
      return new LinkError('network', 'WhatsApp closed the connection')
  }
}

/** On an unlinked connection none of these can concern stored credentials: they refuse the attempt. */
function errorOfFailure({ reason, expireS, text }: Extract<ConnectionEnd, { kind: 'failure' }>): LinkError {
  const status = reason === undefined ? {} : { status: reason }
  if (reason === 405)
    return new LinkError(
      'outdated-version',
      `WhatsApp no longer accepts this client version (405${said(text)})`,
      status,
    )
  if (reason === 429)
    return new LinkError('rate-limited', `WhatsApp refused the connection: too often (429${said(text)})`, status)
  if (reason === 402 || reason === 403 || reason === 406)
    return new LinkError('forbidden', `WhatsApp does not allow this connection (${reason}${said(text)})`, {
      ...status,
      ...(expireS === undefined ? {} : { retryAfterMs: expireS * 1000 }),
    })
  if (reason === 500 || reason === 503)
    return new LinkError('server-error', `WhatsApp had a fault of its own (${reason}${said(text)})`, status)
  return new LinkError(
    'rejected',
    `WhatsApp refused the connection (${reason ?? 'no reason given'}${said(text)})`,
    status,
  )
}

function wait({ backoffS }: IqError): { readonly retryAfterMs?: number } {
  return backoffS === undefined ? {} : { retryAfterMs: backoffS * 1000 }
}
