// One-time keys for the first login, made while the person is busy typing: the largest single gain between a typed code
// and an online bot (measured: 468 to 320 ms). They are not bound to an identity, so a small pool serves the process.
import { generateKeyPair, type KeyPair } from '../wire/bridge.ts'

/** What WhatsApp Web uploads at its first login; Baileys' INITIAL_PREKEY_COUNT. */
export const PRE_KEY_COUNT = 812
/**
 * Keys made in one turn of the event loop: about 1 ms (measured). What a set is made beside crosses many turns: with 50 a turn,
 * each of them 4 ms, an event of another link waited for 10 of them.
 */
const KEYS_PER_TURN = 10
const MAX_READY_SETS = 2

const ready: (readonly KeyPair[])[] = []
let making: Promise<void> | undefined

/** Makes a set in the background if none is ready. */
export function warmPreKeys(): void {
  if (ready.length === 0) void fill()
}

/** 812 key pairs that nobody else gets. Ready at once if `warmPreKeys` had the time. */
export async function takePreKeys(): Promise<readonly KeyPair[]> {
  for (;;) {
    const set = ready.shift()
    if (set !== undefined) return set
    await fill()
  }
}

/** Puts an unused set back: an attempt that failed has shown it to nobody. */
export function returnPreKeys(set: readonly KeyPair[]): void {
  if (ready.length < MAX_READY_SETS) ready.push(set)
}

function fill(): Promise<void> {
  making ??= makeSet().then((set) => {
    ready.push(set)
    making = undefined
  })
  return making
}

async function makeSet(): Promise<readonly KeyPair[]> {
  const set: KeyPair[] = []
  while (set.length < PRE_KEY_COUNT) {
    await new Promise((resolve) => setImmediate(resolve))
    for (let made = 0; made < KEYS_PER_TURN && set.length < PRE_KEY_COUNT; made += 1) set.push(generateKeyPair())
  }
  return set
}
