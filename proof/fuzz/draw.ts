// Choices that are the same for the same seed.
import { randomFrom } from '../random.ts'

export interface Draw {
  /** 0 up to, and without, `below`. */
  number(below: number): number
  /** True in this share of the calls, 0 to 1. */
  chance(share: number): boolean
  pick<Item>(items: readonly Item[]): Item
  bytes(length: number): Uint8Array
}

export function drawFrom(seed: number): Draw {
  const random = randomFrom(seed)
  const number = (below: number): number => Math.floor(random() * below)
  return {
    number,
    chance: (share) => random() < share,
    pick(items) {
      const item = items[number(items.length)]
      if (item === undefined) throw new RangeError('there is nothing to pick from')
      return item
    },
    bytes(length) {
      const bytes = Buffer.allocUnsafe(length)
      for (let at = 0; at < length; at += 4) {
        const word = Math.floor(random() * 2 ** 32)
        for (let part = 0; part < 4 && at + part < length; part += 1) bytes[at + part] = word >>> (8 * part)
      }
      return bytes
    },
  }
}
