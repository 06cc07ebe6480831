/** What a token may do. Each is given by itself; none includes another. */
export type TokenScope = 'links' | 'codes' | 'sessions' | 'webhooks' | 'metrics' | 'passkeys' | 'admin'

export const SCOPES = [
  'links',
  'codes',
  'sessions',
  'webhooks',
  'metrics',
  'passkeys',
  'admin',
] as const satisfies readonly TokenScope[]

/** Without `--scope`: enough to link and to see sessions, not to see codes. */
export const DEFAULT_SCOPES: readonly TokenScope[] = ['links', 'sessions']

export function isScope(value: unknown): value is TokenScope {
  return SCOPES.some((scope) => scope === value)
}
