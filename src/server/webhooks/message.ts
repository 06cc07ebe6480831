// What a receiver gets: Standard Webhooks (standardwebhooks.com), version 1 with a symmetric key.
import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import type { OutboxEvent } from '../outbox.ts'

export interface Message {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** 32 bytes, as receivers configure it. */
export function drawSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

/** Signed with every secret that is valid now: while one is replaced by another, a receiver knows either. */
export function messageOf(event: OutboxEvent, secrets: readonly string[], now: number): Message {
  const { id, type, at, session, link, phone, error } = event
  const body = JSON.stringify({
    type,
    timestamp: at,
    data: {
      session,
      ...(link === undefined ? {} : { link }),
      ...(phone === undefined ? {} : { phone }),
      ...(error === undefined ? {} : { error }),
    },
  })
  const sentAt = new Date(now)
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'Paircode-Webhooks/1',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now / 1_000)),
      'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, sentAt, body)).join(' '),
    },
  }
}
