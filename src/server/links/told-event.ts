// Pure. The events of a link as they are told over HTTP: the library's, as JSON.
import type { LinkError } from '../../errors.ts'
import type { LinkEvent } from '../../linking/events.ts'
import { titleOf, typeOf } from '../problem.ts'
import { ServerStopped } from './server-stopped.ts'

/** Why a link failed, or is tried again. `type` as in problem documents; `whatsappStatus`: WhatsApp's own number. */
export interface LinkProblem {
  readonly type: string
  readonly title: string
  readonly detail: string
  readonly advice: string
  readonly retryable: boolean
  readonly retryAfterMs?: number
  readonly whatsappStatus?: number
  /** The server stopped; with `cancelled`. */
  readonly by?: 'server'
}

export type ToldEvent =
  | { readonly type: 'connecting' }
  /** `code` is null for whoever may not see it. */
  | { readonly type: 'code'; readonly code: string | null; readonly expiresAt: string; readonly number: number }
  | { readonly type: 'qr'; readonly data: string | null; readonly expiresAt: string }
  | { readonly type: 'confirming' }
  | {
      readonly type: 'code-expired'
      readonly reason: 'timeout' | 'refresh' | 'unanswered' | 'disconnected'
      readonly manual: boolean
    }
  | { readonly type: 'passkey'; readonly expiresAt: string }
  | { readonly type: 'verify'; readonly code: string | null }
  | {
      readonly type: 'retrying'
      readonly attempt: number
      readonly attempts: number
      readonly inMs: number
      readonly problem: LinkProblem
    }
  | { readonly type: 'paired'; readonly jid: string; readonly lid?: string; readonly platform?: string }
  | { readonly type: 'online'; readonly jid: string }
  | { readonly type: 'failed'; readonly problem: LinkProblem }

/** An event and its place among those of its link, from 1. */
export interface NumberedEvent {
  readonly number: number
  readonly event: ToldEvent
}

export function toldEvent(event: LinkEvent): ToldEvent {
  switch (event.type) {
    case 'connecting':
    case 'confirming':
      return { type: event.type }
    case 'code':
      return { type: 'code', code: event.code, expiresAt: event.expiresAt.toISOString(), number: event.number }
    case 'qr':
      return { type: 'qr', data: event.data, expiresAt: event.expiresAt.toISOString() }
    case 'code-expired':
      return { type: 'code-expired', reason: event.reason, manual: event.manual }
    case 'passkey':
      return { type: 'passkey', expiresAt: event.expiresAt.toISOString() }
    case 'verify':
      return { type: 'verify', code: event.code }
    case 'retrying': {
      const { attempt, attempts, inMs } = event
      return { type: 'retrying', attempt, attempts, inMs, problem: linkProblem(event.error) }
    }
    case 'paired':
      return {
        type: 'paired',
        jid: event.jid,
        ...(event.lid === undefined ? {} : { lid: event.lid }),
        ...(event.platform === undefined ? {} : { platform: event.platform }),
      }
    case 'online':
      return { type: 'online', jid: event.jid }
    case 'failed':
      return { type: 'failed', problem: linkProblem(event.error) }
  }
}

export function linkProblem(error: LinkError): LinkProblem {
  return {
    type: typeOf(error.code),
    title: titleOf(error.code),
    detail: error.message,
    advice: error.advice,
    retryable: error.retryable,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    ...(error.status === undefined ? {} : { whatsappStatus: error.status }),
    ...(error instanceof ServerStopped ? { by: 'server' } : {}),
  }
}

/** What anybody could link with is left out. */
export function withoutSecrets(event: ToldEvent): ToldEvent {
  switch (event.type) {
    case 'code':
    case 'verify':
      return { ...event, code: null }
    case 'qr':
      return { ...event, data: null }
    default:
      return event
  }
}

/** The last one that a link tells. */
export function isLast(event: ToldEvent): boolean {
  return event.type === 'online' || event.type === 'failed'
}
