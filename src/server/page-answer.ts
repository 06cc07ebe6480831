// Pages as answers: their headers are the server's, whoever wrote the HTML.
import { randomBytes } from 'node:crypto'
import type { Context } from 'hono'
import { type InstructionLanguage, WORDINGS } from '../instructions/instructions.ts'
import { chosenLanguage, wantedLanguage } from './page-language.ts'
import type { PageFrame } from './pages.ts'
import type { AppEnv } from './parts.ts'

/** `language`: chosen by this very request, other than in its address. */
export function pageFrame(c: Context<AppEnv>, language?: InstructionLanguage): PageFrame {
  const languages = wantedLanguages(c.req.header('accept-language'))
  const spoken = language ?? chosenLanguage(c) ?? wantedLanguage(languages)
  return {
    base: c.env.base,
    languages,
    language: spoken,
    wording: WORDINGS[spoken],
    here: `${c.env.base}${shownAgainAt(c.req.path)}`,
    nonce: randomBytes(16).toString('base64url'),
  }
}

/** No script but our own and marked ones, no request elsewhere, no frame, no cache, no trace in search or referrers. */
export function pageAnswer(html: string, nonce: string, status = 200): Response {
  return new Response(html, {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `default-src 'none'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
      'X-Robots-Tag': 'noindex, nofollow',
    },
  })
}

/** Where a GET shows what a POST to `path` answered with. */
function shownAgainAt(path: string): string {
  return path
    .replace(/^\/link\/(?:code|qr|refresh|cancel|language|begin|events)$/, '/link')
    .replace(/^\/ui\/(?:session|logout)$/, '/ui')
}

/** `pt-BR,pt;q=0.9,en;q=0.5` → `['pt-br', 'pt', 'en']`. */
function wantedLanguages(header: string | undefined): readonly string[] {
  return (header ?? '')
    .slice(0, 200)
    .split(',')
    .map((entry, at) => {
      const [tag = '', quality] = entry.trim().split(/\s*;\s*q=/)
      return { tag: tag.toLowerCase(), quality: quality === undefined ? 1 : Number(quality), at }
    })
    .filter(({ tag, quality }) => /^[a-z]{1,8}(-[a-z0-9]{1,8})*$/.test(tag) && quality > 0)
    .sort((a, b) => b.quality - a.quality || a.at - b.at)
    .slice(0, 10)
    .map(({ tag }) => tag)
}
