// The tokens of a store: made, found, revoked. Only their hashes are kept, and those sealed.

import type { Clock } from '../../lib/clock.ts'
import { sameSecret } from '../../lib/same-secret.ts'
import { type Collection, type Collections, NEVER } from '../../store/collections.ts'
import { DEFAULT_SCOPES, isScope, type TokenScope } from './scopes.ts'
import { drawToken, readToken } from './token-text.ts'

export interface TokenInfo {
  readonly id: string
  readonly name: string
  readonly scopes: readonly TokenScope[]
  readonly createdAt: Date
  readonly expiresAt?: Date
}

export interface NewToken {
  readonly name: string
  /** Default: `links sessions`. */
  readonly scopes?: readonly TokenScope[]
  readonly expiresAt?: Date
}

/** The server's tokens, the operator's own (`PAIRCODE_TOKEN`) apart. All methods throw StoreError. */
export interface Tokens {
  /** `token` is the only time that its text can be read. */
  create(wanted: NewToken): Promise<{ readonly info: TokenInfo; readonly token: string }>
  /** Every token of the store with every scope, when there is none yet; of several that start at once, one gets it. */
  createFirst(): Promise<string | undefined>
  list(): Promise<readonly TokenInfo[]>
  /** Undefined for what is no token, was revoked, or expired. */
  find(text: string): Promise<TokenInfo | undefined>
  get(id: string): Promise<TokenInfo | undefined>
  /** False when there is none of this id. */
  revoke(id: string): Promise<boolean>
}

interface StoredToken {
  readonly id: string
  readonly name: string
  readonly scopes: readonly TokenScope[]
  readonly createdAt: number
  readonly expiresAt: number
  readonly hash: string
}

const LIST = 'all'
/** A document of its own that says that the first token was made: once for a store, even when all were revoked. */
const FIRST = 'first token'

export function createTokens(collections: Collections, clock: Clock): Tokens {
  const tokens: Collection<StoredToken> = collections.open('tokens', readStored)
  const marks: Collection<{ readonly at: number }> = collections.open('marks', (stored) => stored as { at: number })

  const create: Tokens['create'] = async ({ name, scopes = DEFAULT_SCOPES, expiresAt }) => {
    const { id, text, hash } = drawToken()
    const until = expiresAt?.getTime() ?? NEVER
    const stored: StoredToken = { id, name, scopes, createdAt: clock.now(), expiresAt: until, hash }
    await tokens.put(id, LIST, stored, until)
    return { info: infoOf(stored), token: text }
  }

  return {
    create,
    async createFirst() {
      const isFirst = await marks.change(FIRST, LIST, (old, now) =>
        old === undefined ? { put: { value: { at: now }, expiresAt: NEVER }, result: true } : { result: false },
      )
      if (!isFirst) return undefined
      const { token } = await create({
        name: 'first token',
        scopes: ['links', 'codes', 'sessions', 'webhooks', 'metrics', 'passkeys', 'admin'],
      })
      return token
    },
    async list() {
      const found: TokenInfo[] = []
      for await (const { value } of tokens.all(LIST)) found.push(infoOf(value))
      return found
    },
    async find(text) {
      const read = readToken(text)
      if (read === undefined) return undefined
      const stored = await tokens.get(read.id)
      return stored !== undefined && sameSecret(stored.hash, read.hash) ? infoOf(stored) : undefined
    },
    async get(id) {
      const stored = await tokens.get(id)
      return stored === undefined ? undefined : infoOf(stored)
    },
    revoke: (id) => tokens.change(id, LIST, (old) => ({ drop: old !== undefined, result: old !== undefined })),
  }
}

function infoOf({ id, name, scopes, createdAt, expiresAt }: StoredToken): TokenInfo {
  const expires = expiresAt === NEVER ? {} : { expiresAt: new Date(expiresAt) }
  return { id, name, scopes, createdAt: new Date(createdAt), ...expires }
}

/** Scopes of a later version are left out: a token never gains by being read. */
function readStored(stored: unknown): StoredToken {
  const token = stored as StoredToken
  if (typeof token.hash !== 'string' || !Array.isArray(token.scopes)) throw new TypeError('not a token')
  return { ...token, scopes: token.scopes.filter(isScope) }
}
