// Who calls, and what they may.
import { sameSecret } from '../../lib/same-secret.ts'
import { HttpProblem } from '../problem.ts'
import { SCOPES, type TokenScope } from './scopes.ts'
import type { TokenInfo, Tokens } from './tokens.ts'

export interface Caller {
  /** `operator`, or the token's id: what trails and limits name. */
  readonly id: string
  readonly scopes: ReadonlySet<TokenScope>
}

export const OPERATOR: Caller = { id: 'operator', scopes: new Set(SCOPES) }

export function callerOf(token: TokenInfo): Caller {
  return { id: token.id, scopes: new Set(token.scopes) }
}

/** Undefined for what is neither the operator's own token nor a living one of the store. */
export async function callerWith(
  text: string,
  operator: string | undefined,
  tokens: Tokens,
): Promise<Caller | undefined> {
  if (operator !== undefined && sameSecret(text, operator)) return OPERATOR
  const token = await tokens.find(text)
  return token === undefined ? undefined : callerOf(token)
}

/** Whether a caller who was let in would be let in now, by a token that was not revoked and has not expired. */
export async function isStillGood({ id }: Caller, tokens: Tokens): Promise<boolean> {
  return id === OPERATOR.id || (await tokens.get(id)) !== undefined
}

/** The text of a bearer token (RFC 6750 section 2.1); undefined when there is none. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer ([A-Za-z0-9._~+/=-]{1,512})$/i.exec(header ?? '')?.[1]
}

/** @throws HttpProblem insufficient-scope */
export function requireScope(caller: Caller, scope: TokenScope): void {
  if (caller.scopes.has(scope)) return
  throw new HttpProblem('insufficient-scope', `this needs the scope ${scope}`, {
    headers: { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
  })
}
