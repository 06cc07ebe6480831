// Pure. Where webhooks may go: to public addresses, over https. Everything else would let whoever names an address make the
// server knock at doors that are closed to them (SSRF).
import { BlockList, isIP } from 'node:net'
import { LinkError } from '../../errors.ts'

/**
 * IPv4 that is not a public unicast address. From the IANA special-purpose registry (RFC 6890 and its updates), and one
 * more: the address under which Azure answers its own machines.
 */
const CLOSED_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/**
 * Of IPv6 only 2000::/3 is handed out as public unicast; these are the parts of it that are not, among them those that
 * carry an IPv4 address inside (6to4, Teredo). NAT64 (64:ff9b::/96), mapped IPv4 (::ffff:0:0/96), unique local, link-local
 * and multicast addresses lie outside.
 */
const CLOSED_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3ffe::', 16],
  ['3fff::', 20],
]

const closed = new BlockList()
for (const [net, prefix] of CLOSED_V4) closed.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of CLOSED_V6) closed.addSubnet(net, prefix, 'ipv6')
const unicast = new BlockList()
unicast.addSubnet('2000::', 3, 'ipv6')
const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether anybody on the internet could reach it, and nobody nearer. False for what is no address. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !closed.check(address, 'ipv4')
  // A zone (`fe80::1%eth0`) is of this machine alone.
  if (family !== 6 || address.includes('%')) return false
  return unicast.check(address, 'ipv6') && !closed.check(address, 'ipv6')
}

function isLoopbackAddress(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && loopback.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

/** The addresses that an attempt may go to. `toLoopback`: those of this machine as well, for trying. */
export function isAllowedAddress(address: string, toLoopback: boolean): boolean {
  return isPublicAddress(address) || (toLoopback && isLoopbackAddress(address))
}

const MOST_CHARACTERS = 2_000

/**
 * The address of an endpoint as it is kept. A name is resolved, and its addresses looked at, at each attempt.
 * @throws LinkError invalid-options
 */
export function checkedTarget(text: string, toLoopback: boolean): string {
  const url = text.length <= MOST_CHARACTERS && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) throw wrong('is not a URL')
  if (url.protocol !== 'https:' && !(toLoopback && url.protocol === 'http:' && isLoopbackName(hostOf(url))))
    throw wrong('must begin with https://')
  if (url.username !== '' || url.password !== '') throw wrong('must not hold a name or a password')
  if (url.hash !== '') throw wrong('must not have a fragment')
  const host = hostOf(url)
  if (isIP(host) !== 0 && !isAllowedAddress(host, toLoopback)) throw wrong('is not a public address')
  if (isIP(host) === 0 && isLocalName(host) && !toLoopback) throw wrong('is a name of this machine')
  return url.href
}

/** Without the brackets of IPv6, and without a dot at the end. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
}

function isLoopbackName(host: string): boolean {
  return isLoopbackAddress(host) || isLocalName(host)
}

/** RFC 6761 section 6.3. */
function isLocalName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost')
}

function wrong(why: string): LinkError {
  return new LinkError('invalid-options', `url: the address of a webhook ${why}`, {
    advice: 'Give the https:// address of a receiver that the internet can reach.',
  })
}
