import { z } from '@hono/zod-openapi'
import { OUTBOX_TYPES } from '../outbox.ts'
import { Time } from './common.ts'

const EventType = z.enum(OUTBOX_TYPES)

const Url = z.string().min(1).max(2_000).openapi({ example: 'https://app.example/paircode', format: 'uri' })

export const WebhookRequest = z
  .strictObject({
    url: Url,
    events: z
      .array(EventType)
      .min(1)
      .max(OUTBOX_TYPES.length)
      .optional()
      .openapi({ description: 'Left out: all of them' }),
    description: z.string().max(200).optional(),
  })
  .openapi('WebhookRequest')

export const Webhook = z
  .object({
    id: z.string(),
    url: z.string(),
    description: z.string(),
    events: z.array(EventType),
    state: z.enum(['active', 'parked']).openapi({
      description: 'parked: nothing is delivered until somebody resumes it; it takes up what is at most 7 days old',
    }),
    parkedAt: Time.nullable(),
    parkedReason: z.enum(['silent', 'gone']).nullable().openapi({
      description: 'silent: nothing arrived for 3 days; gone: the receiver answered 410',
    }),
    lastDeliveredAt: Time.nullable(),
    createdAt: Time,
  })
  .openapi('Webhook')

export const WebhookList = z.object({ webhooks: z.array(Webhook) }).openapi('WebhookList')

export const WebhookWithSecret = Webhook.extend({
  secret: z.string().openapi({ description: 'What signs the deliveries (Standard Webhooks); shown this once' }),
}).openapi('WebhookWithSecret')

export const RotateRequest = z
  .strictObject({
    overlapSeconds: z.number().int().min(0).max(604_800).optional().openapi({
      default: 86_400,
      description: 'So long the old secret goes on signing beside the new one',
    }),
  })
  .openapi('RotateRequest')

export const ReplayRequest = z
  .strictObject({
    event: z.string().min(1).max(64).optional().openapi({ description: 'The id of one event' }),
    since: z.iso.datetime({ offset: true }).optional().openapi({ description: 'All events from then on' }),
  })
  .openapi('ReplayRequest', { description: 'One of the two' })

export const Replayed = z.object({ replayed: z.number().int() }).openapi('Replayed')

export const DeliveryList = z
  .object({
    deliveries: z.array(
      z.object({
        event: z.string().openapi({ description: 'The `webhook-id` that the receiver sees' }),
        type: EventType,
        session: z.string(),
        at: Time.openapi({ description: 'When it happened' }),
        state: z.enum(['waiting', 'delivered', 'given-up']),
        attempts: z.number().int(),
        lastAttemptAt: Time.nullable(),
        nextAttemptAt: Time.nullable(),
        lastStatus: z.number().int().nullable().openapi({ description: 'What the receiver answered' }),
        lastReason: z
          .enum(['not-resolved', 'address-refused', 'unreachable', 'timed-out', 'redirected', 'refused', 'aborted'])
          .nullable()
          .openapi({ description: 'Why it did not arrive' }),
      }),
    ),
    before: z.number().int().nullable().openapi({ description: 'Ask with it for the page of older ones' }),
  })
  .openapi('DeliveryList')
