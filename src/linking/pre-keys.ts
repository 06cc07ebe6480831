// One-time keys for the first login, made while the person is busy typing: the largest single gain between a typed code
// and an online bot (measured: 468 to 320 ms). They are not bound to an identity, so a small pool serves the process.
import { generateKeyPair, type KeyPair } from '../wire/bridge.ts'

/** What WhatsApp Web uploads at its first login; Baileys' INITIAL_PREKEY_COUNT. */
export const PRE_KEY_COUNT = 812
/**
 * Keys made in one turn of the event loop: about 1 ms ahead of time, since an event of another link crosses many turns, each
 * of which waits for these; 4 ms once somebody waits, or a process that is busy with other things never gets done: the
 * store's limit of 30 s passed for 20 links in a row (measured).
 */
const KEYS_AHEAD = 10
const KEYS_WAITED_FOR = 50
const MAX_READY_SETS = 2

const ready: (readonly KeyPair[])[] = []
let making: Promise<void> | undefined
let waiting = 0

/** Makes a set in the background if none is ready. */
export function warmPreKeys(): void {
  if (ready.length === 0) void fill()
}

/** 812 key pairs that nobody else gets. Ready at once if `warmPreKeys` had the time. */
export async function takePreKeys(): Promise<readonly KeyPair[]> {
  waiting += 1
  try {
    for (;;) {
      const set = ready.shift()
      if (set !== undefined) return set
      await fill()
    }
  } finally {
    waiting -= 1
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
    const until = Math.min(PRE_KEY_COUNT, set.length + (waiting > 0 ? KEYS_WAITED_FOR : KEYS_AHEAD))
    while (set.length < until) set.push(generateKeyPair())
  }
  return set
}
