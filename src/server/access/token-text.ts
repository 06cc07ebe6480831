// Pure, but for the drawing. What a token looks like.
import { createHash, randomBytes } from 'node:crypto'

/** `paircode_`, 16 hex characters that name it, `_`, 32 random bytes in base64url. Scanners for secrets find it by its head. */
const TOKEN = /^paircode_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/

export interface DrawnToken {
  /** Names the token in lists and trails; no secret. */
  readonly id: string
  /** Shown once. */
  readonly text: string
  readonly hash: string
}

export function drawToken(): DrawnToken {
  const id = randomBytes(8).toString('hex')
  const secret = randomBytes(32).toString('base64url')
  return { id, text: `paircode_${id}_${secret}`, hash: hashOf(secret) }
}

export function readToken(text: string): { readonly id: string; readonly hash: string } | undefined {
  const [, id, secret] = TOKEN.exec(text) ?? []
  return id === undefined || secret === undefined ? undefined : { id, hash: hashOf(secret) }
}

/** SHA-256 in base64url. Enough for 256 random bits: there is nothing to guess. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('base64url')
}
