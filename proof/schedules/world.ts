// One world for one schedule: an emulator, a store and links under one clock that only the schedule moves; and the rules, held
// at every event and whenever all is quiet.
import { type Emulator, type Phone, startEmulator } from '../../src/emulator/index.ts'
import { createVirtualClock } from '../../src/emulator/virtual-clock.ts'
import { ERROR_CODES, LinkError } from '../../src/errors.ts'
import { type LinkEvent, type Linking, type LinkOptions, link } from '../../src/index.ts'
import { openStore } from '../../src/store/index.ts'
import type { Quiet } from './quiet.ts'
import { watchRecord } from './witness.ts'

export class ScheduleBroken extends Error {}

export const NUMBERS = ['12025550123', '12025550188'] as const
export type Digits = (typeof NUMBERS)[number]

export interface Watched {
  readonly linking: Linking
  readonly digits: Digits
  readonly session: string
  readonly abort: AbortController
  readonly events: readonly LinkEvent[]
  /** On a screen now: told, and not taken back. */
  readonly shown: string | undefined
  /** 'linked', the code of the error, or undefined while it goes on. */
  readonly outcome: string | undefined
}

export interface World {
  readonly emulator: Emulator
  readonly links: readonly Watched[]
  phone(digits: Digits): Phone
  link(digits: Digits, session: string, options: Partial<LinkOptions>): void
  /** Moves time; second by second while a code is on a screen. */
  pass(ms: number): Promise<void>
  /** Waits for what is at hand, and holds the rules. */
  settle(): Promise<void>
  stop(): Promise<void>
}

/** ms since the epoch: where the clock of every schedule starts. */
const START = 1_790_000_000_000
/** ms within which a code that is dead has to be said dead. */
const SAID_MS = 1_000
/** Codes in a window, as the contract has it. */
const MOST_CODES = 3
/**
 * ms. The window has 600 s from when a slot was taken. The record shows when WhatsApp was asked, which connections, refusals and
 * their pauses make later by up to so much that this is left.
 */
const SURE_WINDOW_MS = 300_000

export async function openWorld(quiet: Quiet): Promise<World> {
  const clock = createVirtualClock({ now: () => START, setTimeout: () => undefined, clearTimeout() {} })
  const emulator = await startEmulator({ clock, throttle: { hellos: 1_000 } })
  const store = await openStore('memory:', { clock })
  const phones = new Map(NUMBERS.map((digits) => [digits, emulator.addPhone(digits)]))
  const witness = watchRecord(emulator)
  const links: (Watched & { shown: string | undefined; outcome: string | undefined; dead: number | undefined })[] = []
  const told = new Map<string, number>()
  const broken: ScheduleBroken[] = []
  let progress = 0

  const breaks = (words: string): void => void broken.push(new ScheduleBroken(words))

  const phone = (digits: Digits): Phone => {
    const found = phones.get(digits)
    if (found === undefined) throw new RangeError(`no phone has ${digits}`)
    return found
  }

  const watch = async (watched: (typeof links)[number], events: LinkEvent[]): Promise<void> => {
    for await (const event of watched.linking) {
      progress += 1
      events.push(event)
      hear(watched, event)
    }
  }

  const hear = (watched: (typeof links)[number], event: LinkEvent): void => {
    if (event.type === 'code') {
      witness.look(clock.now())
      const codes = (told.get(watched.digits) ?? 0) + 1
      told.set(watched.digits, codes)
      if (codes > witness.accepted(watched.digits)) breaks('a code was shown that WhatsApp had not accepted')
      if (links.some((other) => other.digits === watched.digits && other.shown !== undefined))
        breaks('a second code was shown for an account')
      if (event.expiresAt.getTime() <= clock.now()) breaks('a code was shown that was dead already')
      watched.shown = event.code
    } else if (event.type !== 'qr' && event.type !== 'confirming') watched.shown = undefined
    else if (event.type === 'confirming' && watched.shown === undefined) breaks('an answer without a code on show')
  }

  const settled = async (): Promise<void> => {
    await quiet.settle(() => progress + (emulator.stanzas.at(-1)?.number ?? 0) + emulator.connections.length)
    witness.look(clock.now())
    const [first] = broken
    if (first !== undefined) throw first
  }

  const holdRules = async (): Promise<void> => {
    const kept = [...(await store.list()), ...(await store.list({ archived: true }))]
    for (const { jid } of kept)
      if (!witness.hasProven(jid)) breaks('something was stored before the account had given its word')
    for (const digits of NUMBERS) {
      const asked = witness.askedAt(digits)
      const tooMany = asked.findIndex(
        (at, index) => (asked[index + MOST_CODES] ?? Number.POSITIVE_INFINITY) - at < SURE_WINDOW_MS,
      )
      if (tooMany !== -1) breaks('more than three codes of an account were accepted within its window')
    }
    for (const watched of links) holdDeath(watched)
    const [first] = broken
    if (first !== undefined) throw first
  }

  /** A code that waits to be typed is one that the phone would take now; else it is said within a second. */
  const holdDeath = (watched: (typeof links)[number]): void => {
    if (watched.shown === undefined || watched.linking.state !== 'code' || isLive(watched.digits))
      watched.dead = undefined
    else if (watched.dead === undefined) watched.dead = clock.now()
    else if (clock.now() - watched.dead > SAID_MS) breaks('a code was dead for more than a second and on show')
  }

  const isLive = (digits: Digits): boolean => {
    try {
      phone(digits).openLinkedDevices()
      return true
    } catch {
      return false
    }
  }

  const settle = async (): Promise<void> => {
    await settled()
    await holdRules()
    await settled()
  }

  return {
    emulator,
    links,
    phone,
    link(digits, session, options) {
      const abort = new AbortController()
      const events: LinkEvent[] = []
      const linking = link({
        session,
        phone: `+${digits}`,
        store,
        clock,
        endpoint: emulator.endpoint,
        firstLogin: false,
        signal: abort.signal,
        ...options,
      })
      const watched = {
        linking,
        digits,
        session,
        abort,
        events,
        shown: undefined as string | undefined,
        outcome: undefined as string | undefined,
        dead: undefined as number | undefined,
      }
      links.push(watched)
      void watch(watched, events)
      linking.result.then(
        () => {
          progress += 1
          watched.outcome = 'linked'
        },
        (error: unknown) => {
          progress += 1
          if (!(error instanceof LinkError) || !ERROR_CODES.includes(error.code))
            breaks(`a link ended with what is no error of ours: ${String(error)}`)
          watched.outcome = error instanceof LinkError ? error.code : 'unknown'
        },
      )
    },
    async pass(ms) {
      for (let left = ms; left > 0; ) {
        const isShown = links.some(({ shown, linking }) => shown !== undefined && linking.state === 'code')
        const stride = Math.min(left, isShown ? 500 : 5_000)
        await clock.advance(stride)
        await settle()
        left -= stride
      }
    },
    settle,
    async stop() {
      for (const { linking } of links) void linking.cancel()
      await settled().catch(() => {})
      await store.close()
      await emulator.stop()
      clock.stop()
    },
  }
}
