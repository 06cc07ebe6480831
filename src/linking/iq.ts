// Pure. The answer to an IQ of ours.
import { childOf, type Node, S_WHATSAPP_NET } from '../wire/nodes.ts'

export interface IqError {
  /** WhatsApp's number; undefined when the error carried none. */
  readonly code: number | undefined
  readonly text: string | undefined
  /** Seconds that WhatsApp wants us to wait at least. */
  readonly backoffS: number | undefined
}

export type IqAnswer = { readonly kind: 'result' } | { readonly kind: 'error'; readonly error: IqError }

/** Whether this is the server's answer to the IQ `id`. */
export function answersIq({ tag, attrs }: Node, id: string | undefined): boolean {
  if (id === undefined || tag !== 'iq' || attrs.id !== id) return false
  return attrs.from === S_WHATSAPP_NET && (attrs.type === 'result' || attrs.type === 'error')
}

export function readIqAnswer(stanza: Node): IqAnswer {
  if (stanza.attrs.type !== 'error') return { kind: 'result' }
  const error = childOf(stanza, 'error')?.attrs ?? {}
  return {
    kind: 'error',
    error: { code: wholeNumber(error.code), text: error.text, backoffS: wholeNumber(error.backoff) },
  }
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}
