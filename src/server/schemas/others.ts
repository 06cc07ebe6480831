import { z } from '@hono/zod-openapi'
import { SCOPES } from '../access/scopes.ts'
import { Phone, SessionName, Time } from './common.ts'

export const Session = z
  .object({
    session: z.string(),
    state: z.enum([
      'unconfirmed',
      'offline',
      'connecting',
      'online',
      'waiting',
      'stopped',
      'logged-out',
      'bad-session',
    ]),
    jid: z.string(),
    lid: z.string().nullable(),
    deviceName: z.string(),
    createdAt: Time,
    lastOnlineAt: Time.nullable(),
    reason: z.string().nullable(),
  })
  .openapi('Session')

export const SessionList = z.object({ sessions: z.array(Session) }).openapi('SessionList')

const Scope = z.enum(SCOPES)

const Token = z
  .object({ id: z.string(), name: z.string(), scopes: z.array(Scope), createdAt: Time, expiresAt: Time.nullable() })
  .openapi('Token')

export const TokenList = z.object({ tokens: z.array(Token) }).openapi('TokenList')

export const NewToken = z
  .strictObject({
    name: z.string().min(1).max(100),
    scopes: z.array(Scope).min(1).optional(),
    expiresInSeconds: z.number().int().min(60).max(315_360_000).optional(),
  })
  .openapi('NewToken')

export const MadeToken = Token.extend({ token: z.string().openapi({ description: 'Shown this once' }) }).openapi(
  'MadeToken',
)

/** A string's length counts a character beyond the first 65,536 as two; the route counts characters, as JSON Schema does. */
const MOST_UNITS = 280

export const InvitationRequest = z
  .strictObject({
    session: SessionName,
    phone: Phone.optional(),
    purpose: z.string().min(1).max(MOST_UNITS).openapi({ maxLength: 140 }),
    expiresInSeconds: z.number().int().min(1).max(604_800).optional().openapi({ default: 3600 }),
    returnUrl: z.string().max(2_000).optional(),
    anyNumber: z.boolean().optional().openapi({ description: 'Needs the scope `admin`' }),
    deviceName: z.string().max(200).optional(),
  })
  .openapi('InvitationRequest')

export const InvitationMade = z.object({ id: z.string(), url: z.string(), expiresAt: Time }).openapi('Invitation')

export const InvitationList = z
  .object({
    invitations: z.array(
      z.object({
        id: z.string(),
        session: z.string(),
        phone: z.string().nullable().openapi({ example: '+1••••••••23', description: 'Null: any number' }),
        purpose: z.string(),
        deviceName: z.string().nullable(),
        state: z
          .enum(['open', 'opened', 'done', 'revoked', 'expired'])
          .openapi({ description: '`opened`: somebody pressed Continue' }),
        createdAt: Time,
        expiresAt: Time,
      }),
    ),
  })
  .openapi('InvitationList')

export const AuditList = z
  .object({
    entries: z.array(
      z.object({
        number: z.number().int(),
        at: Time,
        who: z.string(),
        action: z.string(),
        subject: z.string().optional(),
        outcome: z.string().optional(),
        phone: z.string().optional(),
        requestId: z.string().optional(),
      }),
    ),
    before: z.number().int().nullable().openapi({ description: 'Ask with it for the page of older entries' }),
  })
  .openapi('AuditList')

const LeftAlone = z.object({ phone: z.string(), note: z.string().optional(), addedAt: Time }).openapi('LeftAlone')

export const LeftAloneList = z.object({ numbers: z.array(LeftAlone) }).openapi('LeftAloneList')
export const LeftAloneOne = LeftAlone
export const LeaveAlone = z.strictObject({ phone: Phone, note: z.string().max(200).optional() }).openapi('LeaveAlone')
