import { z } from '@hono/zod-openapi'
import { LinkProblem, Phone, SessionName, Time } from './common.ts'

export const LinkRequest = z
  .strictObject({
    session: SessionName,
    phone: Phone.optional().openapi({ description: 'Any formatting, with the country code. Left out: QR code alone' }),
    device: z
      .strictObject({
        name: z.string().max(200).optional(),
        browser: z.enum(['Chrome', 'Edge', 'Firefox', 'Opera', 'Safari']).optional(),
        os: z.enum(['Windows', 'Mac OS', 'Linux']).optional(),
      })
      .optional(),
    qr: z.boolean().optional(),
    ifLinked: z.enum(['return', 'reject', 'replace']).optional().openapi({ default: 'reject' }),
    anyway: z.boolean().optional().openapi({ description: 'Also when the account is linked under another session' }),
  })
  .openapi('LinkRequest')

export const Link = z
  .object({
    id: z.string(),
    session: z.string(),
    state: z.enum(['connecting', 'code', 'confirming', 'passkey', 'verify', 'retrying', 'paired', 'online', 'failed']),
    code: z.string().nullable().openapi({ example: 'ABCD-EFGH', description: 'Null without the scope `codes`' }),
    expiresAt: Time.nullable(),
    qr: z.object({ data: z.string(), expiresAt: Time }).nullable(),
    phone: z.string().nullable().openapi({ example: '+1••••••••23' }),
    jid: z.string().nullable(),
    problem: LinkProblem.nullable(),
    createdAt: Time,
  })
  .openapi('Link')

export const LinkList = z.object({ links: z.array(Link) }).openapi('LinkList')

export const LinkId = z.object({ id: z.string().min(1).max(64) })
