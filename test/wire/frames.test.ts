import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { createFrameReader, FrameTooLong, frame, introduction, MAX_FRAME, NOISE_HEADER } from '../../src/wire/frames.ts'
import { hexOf } from './hex.ts'

/** The bytes in pieces, cut at these places (each modulo the length). */
function cut(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const edges = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return edges.slice(1).map((edge, at) => bytes.subarray(edges[at], edge))
}

/** How many bytes are copied while `run` runs, by any of the ways in which Node copies bytes. */
function bytesCopied(run: () => void): number {
  let copied = 0
  const { concat } = Buffer
  const { set, slice } = Uint8Array.prototype
  const spies = [
    vi.spyOn(Buffer, 'concat').mockImplementation((parts, length) => {
      const joined = concat(parts, length)
      copied += joined.length
      return joined
    }),
    vi.spyOn(Uint8Array.prototype, 'set').mockImplementation(function (this: Uint8Array, ...given) {
      copied += given[0].length
      set.apply(this, given)
    }),
    vi.spyOn(Uint8Array.prototype, 'slice').mockImplementation(function (this: Uint8Array, ...given) {
      const sliced = slice.apply(this, given)
      copied += sliced.length
      return sliced as Uint8Array<ArrayBuffer>
    }),
  ]
  try {
    run()
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
  return copied
}

describe('frame', () => {
  it('puts a 3-byte big-endian length before the payload', () => {
    expect(hexOf(frame(Uint8Array.of(0xaa, 0xbb)))).toBe('000002aabb')
    expect(hexOf(frame(new Uint8Array(0)))).toBe('000000')
    expect(hexOf(frame(new Uint8Array(0x012345)).subarray(0, 3))).toBe('012345')
  })

  it('takes up to 2^24 - 1 bytes and refuses more', () => {
    expect(hexOf(frame(new Uint8Array(2 ** 24 - 1)).subarray(0, 3))).toBe('ffffff')
    expect(() => frame(new Uint8Array(2 ** 24))).toThrow(FrameTooLong)
  })
})

describe('introduction', () => {
  it('is the four bytes 57 41 06 03', () => {
    expect(hexOf(introduction())).toBe('57410603')
    expect(hexOf(NOISE_HEADER)).toBe('57410603')
    expect(hexOf(introduction(new Uint8Array(0)))).toBe('57410603')
  })

  it('puts routing info before them: 45 44 00 01, a 3-byte length, the bytes', () => {
    expect(hexOf(introduction(Uint8Array.of(0x08, 0x0d, 0x08)))).toBe(
      '45440001 000003 080d08 57410603'.replaceAll(' ', ''),
    )
    expect(hexOf(introduction(new Uint8Array(0x0203)).subarray(0, 7))).toBe('45440001000203')
  })
})

describe('a frame reader', () => {
  it('gives the same payloads however the bytes are cut', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 })
    fc.assert(
      fc.property(payloads, fc.array(fc.nat({ max: 5_000 }), { maxLength: 40 }), (given, places) => {
        const reader = createFrameReader()
        const read = cut(Buffer.concat(given.map(frame)), places).flatMap((chunk) => [...reader.push(chunk)])
        expect(read.map(hexOf)).toEqual(given.map(hexOf))
      }),
      { numRuns: 500 },
    )
  })

  it('gives the same payloads byte by byte', () => {
    const given = [Buffer.from('one'), new Uint8Array(0), Buffer.alloc(300, 7), Buffer.from('four')]
    const reader = createFrameReader()
    const read = [...Buffer.concat(given.map(frame))].flatMap((byte) => [...reader.push(Uint8Array.of(byte))])
    expect(read.map(hexOf)).toEqual(given.map(hexOf))
  })

  it('gives a payload with the byte that completes it, and not before', () => {
    const reader = createFrameReader()
    const framed = frame(Buffer.from('whole'))
    expect([...reader.push(framed.subarray(0, framed.length - 1))]).toEqual([])
    expect([...reader.push(framed.subarray(framed.length - 1))].map(hexOf)).toEqual([hexOf(Buffer.from('whole'))])
  })

  it('takes empty WebSocket messages between the others', () => {
    const reader = createFrameReader()
    const empty = new Uint8Array(0)
    const framed = frame(Buffer.from('whole'))
    const chunks = [empty, framed.subarray(0, 1), empty, framed.subarray(1, 4), empty, framed.subarray(4), empty]
    expect(chunks.flatMap((chunk) => [...reader.push(chunk)]).map(hexOf)).toEqual([hexOf(Buffer.from('whole'))])
  })

  it('gives empty payloads for frames of length 0', () => {
    expect([...createFrameReader().push(Buffer.alloc(9))].map((payload) => payload.length)).toEqual([0, 0, 0])
  })

  it('caps frames at 1 MiB by itself', () => {
    expect(MAX_FRAME).toBe(1024 * 1024)
    const largest = frame(Buffer.alloc(MAX_FRAME, 1))
    expect([...createFrameReader().push(largest)][0]).toHaveLength(MAX_FRAME)
    expect(() => [...createFrameReader().push(frame(Buffer.alloc(MAX_FRAME + 1)))]).toThrow(FrameTooLong)
  })

  it('refuses a frame that is too long as soon as its length is there', () => {
    const reader = createFrameReader(100)
    expect([...reader.push(Uint8Array.of(0, 0))]).toEqual([])
    expect(() => [...reader.push(Uint8Array.of(101))]).toThrow(FrameTooLong)
    expect([...createFrameReader(100).push(frame(Buffer.alloc(100)))]).toHaveLength(1)
    expect(() => [...createFrameReader().push(Uint8Array.of(0xff, 0xff, 0xff))]).toThrow(FrameTooLong)
  })

  it('gives the good frames before one that is too long, and only then refuses', () => {
    const good = ['one', 'two', 'three']
    const bytes = Buffer.concat([...good.map((text) => frame(Buffer.from(text))), Uint8Array.of(0xff, 0xff, 0xff)])
    const given: string[] = []
    expect(() => {
      for (const payload of createFrameReader().push(bytes)) given.push(Buffer.from(payload).toString())
    }).toThrow(FrameTooLong)
    expect(given).toEqual(good)
  })

  it.each([
    ['a large frame in chunks of one byte', [frame(Buffer.alloc(128 * 1024, 1))], 1],
    ['a large frame in chunks of two bytes', [frame(Buffer.alloc(128 * 1024, 1))], 2],
    ['small frames in chunks of one byte', Array.from({ length: 3_000 }, () => frame(Buffer.alloc(40, 1))), 1],
    [
      'small frames in chunks of a frame and a half',
      Array.from({ length: 3_000 }, () => frame(Buffer.alloc(40, 1))),
      64,
    ],
    ['small frames in one chunk', Array.from({ length: 3_000 }, () => frame(Buffer.alloc(40, 1))), 2 ** 20],
  ])('copies each byte a bounded number of times: %s', (_what, frames, chunkBytes) => {
    const bytes = Buffer.concat(frames)
    const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, at) =>
      bytes.subarray(at * chunkBytes, (at + 1) * chunkBytes),
    )
    const reader = createFrameReader()
    let read = 0
    const copied = bytesCopied(() => {
      for (const chunk of chunks) read += [...reader.push(chunk)].length
    })
    expect(read).toBe(frames.length)
    expect(copied).toBeLessThanOrEqual(4 * bytes.length)
  })
})
