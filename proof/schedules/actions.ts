// What people, phones, WhatsApp and the network do in a schedule, drawn by chance.
import { STAGES, TAMPERABLE } from '../../src/emulator/faults.ts'
import type { Stage, Tampering } from '../../src/emulator/index.ts'
import type { LinkOptions } from '../../src/index.ts'
import type { Draw } from '../fuzz/draw.ts'
import { NUMBERS, type Watched, type World } from './world.ts'

type Act = (world: World, draw: Draw) => Promise<void> | void

const LINKING: readonly Stage[] = STAGES.filter((at) => at !== 'login' && at !== 'prekey_upload')
const SESSIONS = ['sales', 'support', 'spare', 'shop', 'second']

const going = (world: World): readonly Watched[] => world.links.filter(({ outcome }) => outcome === undefined)
const onShow = (world: World): readonly Watched[] => world.links.filter(({ shown }) => shown !== undefined)

const withOne =
  (from: (world: World) => readonly Watched[], act: (one: Watched, world: World, draw: Draw) => void): Act =>
  (world, draw) => {
    const some = from(world)
    if (some.length > 0) act(draw.pick(some), world, draw)
  }

function type(one: Watched, world: World, code: string): void {
  // Whether it links is told by the link; the phone's own complaint is no concern here.
  void world
    .phone(one.digits)
    .enterCode(code)
    .catch(() => {})
}

function mistyped(code: string, draw: Draw): string {
  const at = draw.pick([0, 1, 2, 3, 5, 6, 7, 8])
  return `${code.slice(0, at)}${code[at] === 'X' ? 'Y' : 'X'}${code.slice(at + 1)}`
}

function optionsOf(draw: Draw): Partial<LinkOptions> {
  return {
    refresh: draw.pick(['auto', 'auto', 'manual']),
    qr: draw.chance(0.2),
    maxCodes: 1 + draw.number(3),
    codeTtlMs: draw.pick([180_000, 180_000, 20_000]),
    timeoutMs: draw.pick([600_000, 120_000, 30_000]),
    retry: { attempts: 1 + draw.number(3), delayMs: draw.pick([0, 1_000, 5_000]) },
    passkey: draw.pick(['fail', 'wait']),
    ifLinked: draw.pick(['return', 'replace', 'replace', 'reject']),
  }
}

/**
 * Not the name of a link that is stored: that would be logged in by Baileys, on a clock of its own, and is proven elsewhere
 * (test/conformance/linking/stored.test.ts).
 */
function free(world: World): readonly string[] {
  const stored = world.links.filter(({ events }) => events.some((event) => event.type === 'paired'))
  return SESSIONS.filter((name) => !stored.some(({ session }) => session === name))
}

const link: Act = (world, draw) => {
  const names = free(world)
  if (names.length > 0) world.link(draw.pick(NUMBERS), draw.pick(names), optionsOf(draw))
}

const ACTIONS: Readonly<Record<string, readonly [weight: number, act: Act]>> = {
  link: [6, link],
  'link twice at once': [
    2,
    (world, draw) => {
      const digits = draw.pick(NUMBERS)
      for (const session of free(world).slice(0, 2)) world.link(digits, session, optionsOf(draw))
    },
  ],
  'type the code': [8, withOne(onShow, (one, world) => type(one, world, one.shown ?? ''))],
  'type a wrong code': [3, withOne(onShow, (one, world, draw) => type(one, world, mistyped(one.shown ?? '', draw)))],
  'type an old code': [
    1,
    withOne(going, (one, world, draw) => {
      const codes = one.events.flatMap((event) => (event.type === 'code' ? [event.code] : []))
      if (codes.length > 0) type(one, world, draw.pick(codes))
    }),
  ],
  'open Linked devices': [
    1,
    withOne(onShow, (one, world) => {
      try {
        world.phone(one.digits).openLinkedDevices()
      } catch {
        // Nothing waits there: that is what the phone says then.
      }
    }),
  ],
  'scan the QR code': [
    1,
    withOne(going, (one, world) => {
      const qr = one.events.findLast((event) => event.type === 'qr')
      if (qr !== undefined)
        void world
          .phone(one.digits)
          .scanQr(qr.data)
          .catch(() => {})
    }),
  ],
  'confirm the passkey': [
    2,
    withOne(going, (one, world) => {
      const asked = one.events.findLast((event) => event.type === 'passkey')
      const shown = one.events.findLast((event) => event.type === 'verify')
      if (shown !== undefined) void shown.confirm().catch(() => {})
      else if (asked !== undefined)
        void asked.respond(world.phone(one.digits).confirmPasskey(asked.options)).catch(() => {})
    }),
  ],
  refuse: [
    3,
    ({ emulator }, draw) =>
      emulator.fail({
        at: 'companion_hello',
        code: draw.pick([400, 400, 403, 429, 452, 500, 500, 777]),
        ...(draw.chance(0.2) && { backoffS: draw.pick([0, 5, 90, 999_999_999]) }),
      }),
  ],
  'refuse elsewhere': [
    1,
    ({ emulator }, draw) => {
      const at = draw.pick<Stage>(['handshake', 'pair_device', 'companion_finish', 'primary_hello', 'pair_success'])
      emulator.fail({ at, code: draw.pick([400, 403, 405, 500, 503]), ...(at === 'pair_device' && { as: 'failure' }) })
    },
  ],
  hold: [
    3,
    ({ emulator }, draw) =>
      emulator.hold({ at: draw.pick(LINKING), ...(draw.chance(0.7) && { ms: draw.pick([200, 900, 4_000, 31_000]) }) }),
  ],
  disconnect: [2, ({ emulator }, draw) => emulator.disconnect({ at: draw.pick(LINKING) })],
  reorder: [
    1,
    ({ emulator }, draw) =>
      emulator.reorder({ at: draw.pick(LINKING.filter((at) => at !== 'handshake' && at !== 'pair_device_sign')) }),
  ],
  tamper: [
    2,
    ({ emulator }, draw) => {
      const kind = draw.pick(Object.keys(TAMPERABLE) as readonly Tampering[])
      const stages = TAMPERABLE[kind].filter((at) => LINKING.includes(at))
      emulator.tamper({ at: draw.pick(stages), with: kind })
    },
  ],
  'end all lines': [2, ({ emulator }, draw) => emulator.streamError(draw.pick([503, 503, 515, 429, 401]))],
  refresh: [2, withOne(going, (one) => void one.linking.refresh().catch(() => {}))],
  cancel: [1, withOne(going, (one) => void one.linking.cancel())],
  abort: [1, withOne(going, (one) => one.abort.abort())],
  'a moment passes': [4, (world, draw) => world.pass(draw.pick([100, 900, 3_000]))],
  'time passes': [4, (world, draw) => world.pass(draw.pick([10_000, 21_000, 31_000]))],
  'much time passes': [1, (world, draw) => world.pass(draw.pick([61_000, 181_000]))],
}

const NAMES = Object.entries(ACTIONS).flatMap(([name, [weight]]) => Array.from({ length: weight }, () => name))

/** Begins with a link; what follows is drawn. */
export function scheduleOf(draw: Draw): readonly string[] {
  return ['link', ...Array.from({ length: 4 + draw.number(14) }, () => draw.pick(NAMES))]
}

export async function perform(name: string, world: World, draw: Draw): Promise<void> {
  await ACTIONS[name]?.[1](world, draw)
  // Some things happen while others are at hand.
  if (draw.chance(0.8)) await world.settle()
}
