// Pure. Whose address counts, behind proxies.

/**
 * The address of the client. Each proxy appends the address it was called from to X-Forwarded-For, so of `hops` trusted
 * proxies the entry `hops` from the right is what the outermost one saw; everything left of it anybody can make up.
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | undefined, hops: number): string {
  const direct = plain(peer ?? 'unknown')
  if (hops === 0 || forwardedFor === undefined) return direct
  const entries = forwardedFor.split(',').map((entry) => entry.trim())
  const found = entries[entries.length - hops]
  return found === undefined || found === '' || found.length > 64 ? direct : plain(found)
}

/** IPv4 in IPv6 clothes counts as IPv4; of IPv6 the network counts, since each customer has one whole. */
function plain(address: string): string {
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (v4 !== undefined) return v4
  if (!address.includes(':')) return address
  return `${expanded(address).slice(0, 4).join(':')}::/64`
}

function expanded(address: string): readonly string[] {
  const [head = '', tail] = address.replace(/%.*$/, '').toLowerCase().split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  return [...left, ...zeros, ...right]
}
