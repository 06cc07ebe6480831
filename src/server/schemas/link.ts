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
    passkey: z.enum(['fail', 'wait']).optional().openapi({
      default: 'fail',
      description: 'wait: an account that asks for a passkey is asked for it; needs the scope `passkeys`',
    }),
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
    passkey: z
      .object({
        options: z.unknown().openapi({ description: 'WebAuthn request options; null without the scope `passkeys`' }),
        expiresAt: Time,
      })
      .optional()
      .openapi({ description: 'In the state `passkey`' }),
    verify: z
      .object({ code: z.string().nullable() })
      .optional()
      .openapi({ description: 'In the state `verify`: the code to compare; null without the scope `passkeys`' }),
    phone: z.string().nullable().openapi({ example: '+1••••••••23' }),
    jid: z.string().nullable(),
    problem: LinkProblem.nullable(),
    createdAt: Time,
  })
  .openapi('Link')

export const LinkList = z.object({ links: z.array(Link) }).openapi('LinkList')

export const LinkId = z.object({ id: z.string().min(1).max(64) })

const Base64url = z.string().max(16_384)

/** What does not fit is told by the library, which knows what WhatsApp asked for. */
export const Assertion = z
  .looseObject({
    id: Base64url,
    rawId: Base64url,
    type: z.string().max(64).openapi({ example: 'public-key' }),
    response: z.looseObject({
      clientDataJSON: Base64url,
      authenticatorData: Base64url,
      signature: Base64url,
      userHandle: Base64url.nullish(),
    }),
  })
  .openapi('Assertion', { description: 'As `PublicKeyCredential.toJSON()` gives it' })

export const Comparison = z
  .strictObject({ equal: z.boolean().optional().openapi({ default: true }) })
  .openapi('Comparison')
