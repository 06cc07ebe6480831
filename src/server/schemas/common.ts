import { z } from '@hono/zod-openapi'

const Problem = z
  .object({
    type: z.string().openapi({ example: 'urn:paircode:error:session-exists', description: 'Ends in the error code' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    advice: z.string().openapi({ description: 'What to do next, in one sentence' }),
    requestId: z.string().optional(),
    retryAfterMs: z.number().int().optional(),
  })
  .openapi('Problem', { description: 'RFC 9457 problem document' })

export const LinkProblem = z
  .object({
    type: z.string().openapi({ example: 'urn:paircode:error:not-available' }),
    title: z.string(),
    detail: z.string(),
    advice: z.string(),
    retryable: z.boolean(),
    retryAfterMs: z.number().int().optional(),
    whatsappStatus: z.number().int().optional().openapi({ description: 'WhatsApp’s own number' }),
    by: z.literal('server').optional().openapi({ description: 'Nobody cancelled it: the server stopped' }),
  })
  .openapi('LinkProblem')

export const Time = z.string().openapi({ format: 'date-time' })

/** The name is checked by the library, which has the exact words for what is wrong with it. */
export const SessionName = z
  .string()
  .min(1)
  .max(200)
  .openapi({ example: 'sales', pattern: '^[a-z0-9][a-z0-9._-]{0,63}$' })

export const Phone = z.string().min(1).max(100).openapi({ example: '+1 202 555 0123' })

const problemContent = { 'application/problem+json': { schema: Problem } }

/** The refusals of a call, for its description. */
export function refusals(
  ...statuses: readonly number[]
): Record<number, { description: string; content: typeof problemContent }> {
  return Object.fromEntries(
    [400, 401, 403, 429, 503, ...statuses].map((status) => [
      status,
      { description: WORDS[status] ?? '', content: problemContent },
    ]),
  )
}

const WORDS: Readonly<Record<number, string>> = {
  400: 'Not understood',
  401: 'No valid token',
  403: 'The token has not the scope, or the request comes from elsewhere',
  404: 'Not there',
  409: 'Not now: see the type',
  410: 'Over',
  422: 'A value is wrong: see the type',
  429: 'Too often: see Retry-After',
  502: 'WhatsApp could not be told',
  503: 'The store cannot be reached, or the server is shutting down',
}

export function json<S extends z.ZodType>(
  schema: S,
  description: string,
): { description: string; content: { 'application/json': { schema: S } } } {
  return { description, content: { 'application/json': { schema } } }
}

export function body<S extends z.ZodType>(
  schema: S,
): { body: { required: true; content: { 'application/json': { schema: S } } } } {
  return { body: { required: true, content: { 'application/json': { schema } } } }
}
