import { LinkError } from '../errors.ts'

const SESSION_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/

/**
 * The name, when it is one: 1 to 64 small letters, digits, dots, dashes or underscores, a letter or digit first.
 * @throws LinkError invalid-session
 */
export function checkedSessionName(session: unknown): string {
  if (typeof session === 'string' && SESSION_NAME.test(session)) return session
  throw new LinkError('invalid-session', `not a session name: ${shown(session)}`)
}

/** Somebody may have put a telephone number here by mistake: digits are not repeated. */
function shown(session: unknown): string {
  if (typeof session !== 'string') return `a value of type ${session === null ? 'null' : typeof session}`
  return JSON.stringify(session.slice(0, 80).replace(/\d/g, '•'))
}
