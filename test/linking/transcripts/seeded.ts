// Randomness that is the same in every run, for transcripts. Signatures alone are not: XEdDSA draws in the bridge, and they
// come to the machine as an input.
import type { Randomness } from '../../../src/linking/randomness.ts'
import { sign } from '../../../src/wire/bridge.ts'
import { bytesFrom, keyPairFrom } from '../keys.ts'

export function seededRandomness(seed: string): Randomness {
  let drawn = 0
  const label = (): string => `${seed} ${++drawn}`
  return {
    bytes: (length) => Uint8Array.from(bytesFrom(label(), length)),
    keyPair: () => keyPairFrom(label()),
    registrationId: () => 7_777,
    sign,
  }
}
