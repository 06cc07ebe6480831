// Pure. Frames on the WebSocket: a 3-byte big-endian length before each (docs/protocol.md section 1).

/** Sent once, before the first frame: "WA", protocol 6, dictionary 3. Also mixed into the handshake. */
export const NOISE_HEADER = Uint8Array.of(0x57, 0x41, 0x06, 0x03)

/** Bytes. Our cap on what comes in while unlinked; the format allows 2^24 - 1. */
export const MAX_FRAME = 1024 * 1024

const LENGTH_BYTES = 3
const MAX_LENGTH = 2 ** 24 - 1

export class FrameTooLong extends Error {}

/** One frame: length and payload. */
export function frame(payload: Uint8Array): Uint8Array {
  if (payload.length > MAX_LENGTH) throw new FrameTooLong(`a frame of ${payload.length} bytes cannot be sent`)
  const framed = new Uint8Array(LENGTH_BYTES + payload.length)
  framed[0] = payload.length >>> 16
  framed[1] = payload.length >>> 8
  framed[2] = payload.length
  framed.set(payload, LENGTH_BYTES)
  return framed
}

/** What comes before the header when an earlier connection told where to go: "ED" 00 01, 3-byte length, the bytes. */
export function introduction(routingInfo?: Uint8Array): Uint8Array {
  if (routingInfo === undefined || routingInfo.length === 0) return NOISE_HEADER
  return Buffer.concat([Uint8Array.of(0x45, 0x44, 0x00, 0x01), frame(routingInfo), NOISE_HEADER])
}

export interface FrameReader {
  /**
   * Takes one WebSocket message; gives the payloads that are now whole, each as it is asked for. Throws FrameTooLong when
   * one too long stands next: those before it have been given by then.
   */
  push(chunk: Uint8Array): Iterable<Uint8Array>
  /** The same for what was pushed before and not asked for. */
  rest(): Iterable<Uint8Array>
}

/** A WebSocket message may hold part of a frame or several. */
export function createFrameReader(maxBytes: number = MAX_FRAME): FrameReader {
  return new ChunkedFrameReader(maxBytes)
}

class ChunkedFrameReader implements FrameReader {
  readonly #maxBytes: number
  #chunks: Uint8Array[] = []
  #held = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  push(chunk: Uint8Array): Iterable<Uint8Array> {
    this.#chunks.push(chunk)
    this.#held += chunk.length
    return this.rest()
  }

  *rest(): Generator<Uint8Array, void, void> {
    for (let whole = this.#next(); whole !== undefined; whole = this.#next()) yield whole
  }

  /** The next whole payload, taken out; undefined while it is not all here. */
  #next(): Uint8Array | undefined {
    if (this.#held < LENGTH_BYTES) return undefined
    // Join only when the length may span two chunks or a whole frame is here: many small chunks stay linear.
    const [first] = this.#chunks
    const head = first !== undefined && first.length >= LENGTH_BYTES ? first : this.#join()
    const length = ((head[0] as number) << 16) | ((head[1] as number) << 8) | (head[2] as number)
    if (length > this.#maxBytes)
      throw new FrameTooLong(`a frame of ${length} bytes came; ${this.#maxBytes} are the most`)
    if (this.#held < LENGTH_BYTES + length) return undefined
    const bytes = this.#join()
    this.#held -= LENGTH_BYTES + length
    // What was read to its end is let go: a view of nothing would keep all its bytes.
    this.#chunks = this.#held === 0 ? [] : [bytes.subarray(LENGTH_BYTES + length)]
    return bytes.slice(LENGTH_BYTES, LENGTH_BYTES + length)
  }

  #join(): Uint8Array {
    const [only] = this.#chunks
    const joined = this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks)
    this.#chunks = [joined]
    return joined
  }
}
