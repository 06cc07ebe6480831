// The way of the bytes, as src/wire/connection.ts goes it behind the Noise cipher: frames out of chunks, stanzas out of frames,
// pings and ends taken out. Real stanzas go through it too, so that what is decoded is what was written.
import { deflateSync } from 'node:zlib'
import type { Input } from '../../src/linking/machine/state.ts'
import { decodeNode, encodeNode } from '../../src/wire/bridge.ts'
import { readEnd } from '../../src/wire/ends.ts'
import { createFrameReader, FrameTooLong, frame } from '../../src/wire/frames.ts'
import { answerToPing } from '../../src/wire/keepalive.ts'
import { type Node, node } from '../../src/wire/nodes.ts'
import { Broken } from './broken.ts'
import type { Draw } from './draw.ts'
import type { FrameKind } from './inputs.ts'

/** What the shell would be told of these bytes, in order. */
export function receivedFrom(wire: Uint8Array, draw: Draw): readonly Input[] {
  const frames = createFrameReader()
  const inputs: Input[] = []
  try {
    for (const chunk of chunksOf(wire, draw))
      for (const payload of frames.push(chunk)) {
        const input = inputOf(decodeNode(payload))
        if (input !== undefined) inputs.push(input)
        if (input?.type === 'ended') return inputs
      }
  } catch (cause) {
    refuseUnforeseen(cause)
    inputs.push({ type: 'ended', end: { kind: 'closed', cause } })
  }
  return inputs
}

function inputOf(stanza: Node): Input | undefined {
  if (answerToPing(stanza) !== undefined) return undefined
  const end = readEnd(stanza)
  return end === undefined ? { type: 'node', node: stanza } : { type: 'ended', end }
}

/** Codes of zlib, and what it says when the result would be too large or the input is none. */
const ZLIB = /^(?:Z_|ERR_BUFFER_TOO_LARGE)/

/** Refusals of the codec are RangeErrors and plain Errors with a sentence; a trap or a TypeError is a fault of ours. */
function refuseUnforeseen(thrown: unknown): void {
  if (thrown instanceof FrameTooLong || thrown instanceof RangeError) return
  if (!(thrown instanceof Error)) throw new Broken(`the decoder threw what is no Error: ${String(thrown)}`)
  if ('code' in thrown && ZLIB.test(String(thrown.code))) return
  if (thrown.name === 'Error' && thrown.message.startsWith('not a stanza')) return
  throw new Broken(`the decoder threw ${thrown.name}: ${thrown.message}`)
}

const PROBE = node('iq', { type: 'result', id: 'probe' }, [node('ref', {}, Buffer.from('whole'))])
const PROBE_BYTES = encodeNode(PROBE)

/** After whatever came, the codec reads the next stanza as if nothing had been. */
export function probeCodec(): void {
  const read = decodeNode(PROBE_BYTES)
  if (JSON.stringify(encodeNode(read)) !== JSON.stringify(PROBE_BYTES)) throw new Broken('the codec is not what it was')
}

function* chunksOf(wire: Uint8Array, draw: Draw): Generator<Uint8Array> {
  const most = draw.chance(0.5) ? wire.length : 1 + draw.number(draw.chance(0.5) ? 8 : 200)
  for (let at = 0; at < wire.length; at += most) yield wire.subarray(at, at + most)
}

/** The stanza as a frame; undefined when the format cannot carry it. */
export function framed(stanza: Node): Uint8Array | undefined {
  const bytes = encoded(stanza)
  return bytes && frame(bytes)
}

function encoded(stanza: Node): Uint8Array | undefined {
  try {
    return encodeNode(stanza)
  } catch (thrown) {
    const words = thrown instanceof Error ? thrown.name : String(thrown)
    if (words === 'RuntimeError') throw new Broken('the encoder trapped')
    return undefined
  }
}

const LENGTHS = [0, 1, 2, 0xff, 0x1000, 1024 * 1024, 1024 * 1024 + 1, 2 ** 24 - 1]
/** Bytes with a meaning of their own in WhatsApp's binary form (src/wire/nesting.ts). */
const TOKENS = [0, 1, 2, 3, 127, 128, 235, 236, 239, 245, 246, 247, 248, 249, 250, 251, 252, 253, 254, 255]

/** Bytes that are no proper stanza any more, or an odd one. */
export function mangled(kind: FrameKind, stanza: Node, other: Node, draw: Draw): Uint8Array {
  const plain = encoded(stanza) ?? PROBE_BYTES
  const next = encoded(other) ?? PROBE_BYTES
  switch (kind) {
    case 'frame cut':
      return cut(plain, next, draw)
    case 'frame bits':
      return frame(bits(plain, next, draw))
    case 'frame zlib':
      return frame(zipped(plain, draw))
    case 'frame nesting':
      return frame(nested(plain, draw))
  }
}

function cut(plain: Uint8Array, next: Uint8Array, draw: Draw): Uint8Array {
  const whole = frame(plain)
  switch (draw.number(7)) {
    case 0:
      return withLength(whole, draw.pick(LENGTHS))
    case 1:
      return withLength(whole, Math.max(0, plain.length + draw.number(9) - 4))
    case 2:
      return whole.subarray(0, draw.number(whole.length))
    case 3:
      return frame(plain.subarray(0, draw.number(plain.length)))
    case 4:
      return frame(Buffer.concat([plain, draw.bytes(1 + draw.number(40))]))
    case 5:
      return Buffer.concat([whole, frame(new Uint8Array()), frame(next)])
    default:
      return Buffer.concat([whole, frame(next), whole])
  }
}

function withLength(whole: Uint8Array, length: number): Uint8Array {
  const changed = Uint8Array.from(whole)
  changed.set([length >>> 16, (length >>> 8) & 0xff, length & 0xff])
  return changed
}

function bits(plain: Uint8Array, next: Uint8Array, draw: Draw): Uint8Array {
  const changed = Uint8Array.from(plain)
  const way = draw.number(4)
  if (way === 0)
    return Buffer.concat([plain.subarray(0, draw.number(plain.length)), next.subarray(draw.number(next.length))])
  if (way === 1) return draw.bytes(draw.number(300))
  for (let count = 1 + draw.number(4); count > 0; count -= 1) {
    // The structure stands at the front.
    const at = draw.chance(0.5) ? draw.number(Math.min(40, changed.length)) : draw.number(changed.length)
    changed[at] = way === 2 ? draw.pick(TOKENS) : (changed[at] ?? 0) ^ (1 << draw.number(8))
  }
  return changed
}

/** Inflates to 5 MiB from 5 KiB: made once. */
const BOMB = deflateSync(Buffer.alloc(5 * 1024 * 1024))

function zipped(plain: Uint8Array, draw: Draw): Uint8Array {
  const flag = Uint8Array.of(draw.chance(0.9) ? 2 : draw.number(256))
  const packed = deflateSync(plain.subarray(1))
  const way = draw.number(50)
  if (way === 0) return Buffer.concat([flag, BOMB])
  if (way < 10) return Buffer.concat([flag, plain.subarray(1)])
  if (way < 20) return Buffer.concat([flag, packed.subarray(0, draw.number(packed.length))])
  if (way < 30) return Buffer.concat([flag, bits(packed, packed, draw)])
  if (way < 35) return Buffer.concat([flag, packed, draw.bytes(9)])
  if (way < 40) return flag
  return Buffer.concat([flag, packed])
}

const [LIST_8, LIST_16, JID_PAIR] = [248, 249, 250]

/** Lists in lists, JIDs in JIDs, and lists that promise more than there is. */
function nested(plain: Uint8Array, draw: Draw): Uint8Array {
  const levels = draw.chance(0.3) ? 40 + draw.number(16) : draw.pick([3, 10, 60, 300, 3_000])
  const way = draw.number(4)
  if (way === 0)
    return Buffer.concat([
      Uint8Array.of(0),
      ...Array.from({ length: levels }, () => [LIST_8, 2, 3, LIST_8, 1]).map((bytes) => Uint8Array.from(bytes)),
      Uint8Array.of(LIST_8, 1, 3),
    ])
  if (way === 1)
    return Buffer.concat([Uint8Array.of(0, LIST_8, 2, 3), Buffer.alloc(levels, JID_PAIR), Uint8Array.of(3, 3)])
  if (way === 2) return Buffer.concat([Uint8Array.of(0, LIST_16, 0xff, 0xff), plain.subarray(1)])
  return Buffer.concat([Uint8Array.of(0, LIST_8, 2, 3, LIST_16, 0xff, 0xff), plain.subarray(1)])
}
