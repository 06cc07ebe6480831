// Cookies of the pages. `__Host-`: only this very host can set it, over https alone, for all paths. On http, which is
// loopback, browsers refuse the prefix.
import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { AppEnv, Parts } from '../parts.ts'

export type CookieName = 'paircode-link' | 'paircode-ui'

function isSecure({ options }: Parts): boolean {
  return options.publicUrl?.protocol === 'https:'
}

export function readCookie(c: Context<AppEnv>, parts: Parts, name: CookieName): string | undefined {
  return isSecure(parts) ? getCookie(c, name, 'host') : getCookie(c, name)
}

/** `maxAgeMs` 0 takes it away. */
export function writeCookie(c: Context<AppEnv>, parts: Parts, name: CookieName, value: string, maxAgeMs: number): void {
  const common = { path: '/', httpOnly: true, sameSite: 'Strict', maxAge: Math.floor(maxAgeMs / 1_000) } as const
  if (isSecure(parts)) setCookie(c, name, value, { ...common, secure: true, prefix: 'host' })
  else setCookie(c, name, value, common)
}
