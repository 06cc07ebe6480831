// Pure. Which names a request may come to, and which origins it may come from. A page elsewhere can make a browser send
// requests here (CSRF), or give its own name our address (DNS rebinding); its name in Host and Origin tells.
import { isIP } from 'node:net'
import { isLoopback } from '../../wire/endpoint.ts'
import { HttpProblem } from '../problem.ts'

export interface Names {
  /** Where people reach the server; undefined: on this machine alone. */
  readonly publicUrl: URL | undefined
  /** The address it is bound to. */
  readonly host: string
}

/** Addresses that say nothing but that the server lives: probes call them by its IP address, which no page can own. */
const PROBES: readonly string[] = ['/healthz', '/readyz']

/**
 * `host`: the Host header, or the URL's own. `path` without the base path.
 * @throws HttpProblem unknown-host
 */
export function checkHost(host: string, path: string, names: Names): void {
  const url = parsed(`http://${host}`)
  if (url !== undefined && url.host !== '' && url.pathname === '/' && url.username === '') {
    if (isLoopback(url.hostname)) return
    if (names.publicUrl !== undefined && sameHost(url, names.publicUrl)) return
    if (url.hostname.replace(/^\[|\]$/g, '') === names.host && isIP(names.host) !== 0 && !isAny(names.host)) return
    if (PROBES.includes(path) && isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0) return
  }
  throw new HttpProblem('unknown-host', 'the server is not known by the name in Host')
}

/** From where a request says that it comes. */
export interface Provenance {
  readonly method: string
  readonly host: string
  readonly origin: string | undefined
  /** `Sec-Fetch-Site`, which no page can set. */
  readonly fetchSite: string | undefined
}

/**
 * Refuses every request that names an origin other than the server's own. `browser`: of the pages, where the cookie
 * counts: a request that changes something must prove its origin. The pages send `no-referrer`, and under it a browser
 * names the origin of a form as `null` (Fetch standard, "append a request Origin header"); then Sec-Fetch-Site proves it.
 * @throws HttpProblem untrusted-origin
 */
export function checkOrigin(from: Provenance, names: Names, browser: boolean): void {
  const { origin, fetchSite } = from
  const changes = !['GET', 'HEAD', 'OPTIONS'].includes(from.method)
  if (origin !== undefined && origin !== 'null') {
    if (isOwn(origin, from.host, names)) return
    throw untrusted()
  }
  if (!browser) {
    if (origin === 'null' && fetchSite !== 'same-origin') throw untrusted()
    return
  }
  if (changes && fetchSite !== 'same-origin') throw untrusted()
}

function isOwn(origin: string, host: string, { publicUrl }: Names): boolean {
  const url = parsed(origin)
  if (url === undefined || url.origin !== origin) return false
  if (publicUrl !== undefined && url.origin === publicUrl.origin) return true
  const own = parsed(`http://${host}`)
  return own !== undefined && isLoopback(own.hostname) && url.origin === own.origin
}

function sameHost(url: URL, publicUrl: URL): boolean {
  if (url.hostname !== publicUrl.hostname) return false
  // A Host without a port means the scheme's own, whichever of the two it is behind a proxy.
  return url.port === publicUrl.port || (publicUrl.port === '' && url.port === '443')
}

function isAny(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

function untrusted(): HttpProblem {
  return new HttpProblem('untrusted-origin', 'the request does not come from one of the server’s own pages')
}
