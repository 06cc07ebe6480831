// A self-signed certificate for 127.0.0.1 that is valid for a day (RFC 5280, in DER by hand: node:crypto signs, and makes no
// certificates). For the bench only.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

const DAY_MS = 24 * 3_600_000

/** @returns {{ certificate: string, key: string }} PEM */
export function throwawayCertificate(now = Date.now()) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)) // ecdsa-with-SHA256
  const name = sequence(tagged(0x31, sequence(oid(0x55, 0x04, 0x03), tagged(0x0c, Buffer.from('paircode bench')))))
  const extensions = [
    // basicConstraints, critical: it signs itself, so it is its own authority.
    sequence(oid(0x55, 0x1d, 0x13), tagged(0x01, Buffer.of(0xff)), octets(sequence(tagged(0x01, Buffer.of(0xff))))),
    // subjectAltName: the address.
    sequence(oid(0x55, 0x1d, 0x11), octets(sequence(tagged(0x87, Buffer.of(127, 0, 0, 1))))),
  ]
  const unsigned = sequence(
    tagged(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(8)])),
    algorithm,
    name,
    sequence(time(now - DAY_MS), time(now + DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  )
  const signature = tagged(0x03, Buffer.concat([Buffer.of(0), sign('sha256', unsigned, privateKey)]))
  return {
    certificate: pem('CERTIFICATE', sequence(unsigned, algorithm, signature)),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  }
}

function tagged(tag, content) {
  return Buffer.concat([Buffer.of(tag), length(content.length), content])
}

function length(bytes) {
  if (bytes < 0x80) return Buffer.of(bytes)
  return bytes < 0x100 ? Buffer.of(0x81, bytes) : Buffer.of(0x82, bytes >> 8, bytes & 0xff)
}

const sequence = (...parts) => tagged(0x30, Buffer.concat(parts))
const octets = (content) => tagged(0x04, content)
const integer = (bytes) => tagged(0x02, bytes)
const oid = (...bytes) => tagged(0x06, Buffer.from(bytes))

/** UTCTime: `YYMMDDhhmmssZ`. */
function time(ms) {
  const digits = new Date(ms).toISOString().replaceAll(/\D/g, '')
  return tagged(0x17, Buffer.from(`${digits.slice(2, 14)}Z`))
}

function pem(label, der) {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
