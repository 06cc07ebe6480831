// In which language a page speaks: what the person chose, else what the browser wants, else English.
import type { Context, MiddlewareHandler } from 'hono'
import { getCookie } from 'hono/cookie'
import { type InstructionLanguage, WORDINGS } from '../instructions/instructions.ts'
import type { AppEnv } from './parts.ts'

/** Holds two letters, no secret: so without the prefix of the other cookies. */
const COOKIE = 'paircode-language'

/** `?lang=pt` of this request or an earlier one. */
export function chosenLanguage(c: Context<AppEnv>): InstructionLanguage | undefined {
  return knownLanguage(c.req.query('lang')) ?? knownLanguage(getCookie(c, COOKIE))
}

/** Remembers a choice in the address, for as long as the browser is open. */
export function languageKept(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next()
    keepLanguage(c.res, knownLanguage(c.req.query('lang')))
  }
}

export function keepLanguage({ headers }: Response, language: InstructionLanguage | undefined): void {
  if (language !== undefined) headers.append('Set-Cookie', `${COOKIE}=${language}; Path=/; HttpOnly; SameSite=Lax`)
}

/** `tags`: lower case, most wanted first. `in` is Indonesian's old code, which old phones still send. */
export function wantedLanguage(tags: readonly string[]): InstructionLanguage {
  for (const tag of tags) {
    const [primary = ''] = tag.split('-')
    const language = knownLanguage(primary === 'in' ? 'id' : primary)
    if (language !== undefined) return language
  }
  return 'en'
}

export function knownLanguage(text: unknown): InstructionLanguage | undefined {
  return typeof text === 'string' && Object.hasOwn(WORDINGS, text) ? (text as InstructionLanguage) : undefined
}
