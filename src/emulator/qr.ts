// Pure. The text of a QR code: prefix#ref,noisePub,identityPub,advSecret,platformId (docs/protocol.md section 2).

export interface QrCode {
  readonly ref: string
  readonly noiseKey: Uint8Array
  readonly identity: Uint8Array
  readonly advSecret: Uint8Array
}

const PREFIX = 'https://wa.me/settings/linked_devices#'
const BASE64 = /^[A-Za-z0-9+/]{43}=$/

/** Undefined for what is not such a text. The prefix is optional. */
export function parseQr(text: string): QrCode | undefined {
  const parts = (text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text).split(',')
  const [ref, ...rest] = parts
  const [noiseKey, identity, advSecret, platformId] = rest
  if (parts.length !== 5 || !ref || platformId === undefined || !/^[1-9]$/.test(platformId)) return undefined
  const keys = [noiseKey, identity, advSecret].map(key32)
  if (keys[0] === undefined || keys[1] === undefined || keys[2] === undefined) return undefined
  return { ref, noiseKey: keys[0], identity: keys[1], advSecret: keys[2] }
}

function key32(text: string | undefined): Uint8Array | undefined {
  return text !== undefined && BASE64.test(text) ? Buffer.from(text, 'base64') : undefined
}
