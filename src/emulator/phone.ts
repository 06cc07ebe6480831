// A phone as its person uses it.
import { printedAs } from '../lib/printed-as.ts'
import { maskPhone } from '../phone/mask.ts'
import type { Account } from './accounts.ts'
import type { PasskeyAssertion } from './authenticator.ts'
import { digitsOf, pnJid } from './jid.ts'
import { enterCode, openLinkedDevices, scanQr } from './linking.ts'
import type { PasskeyGateView } from './passkey-gate.ts'
import { PhoneError } from './phone-error.ts'
import type { PhoneInbox, TextReceived } from './phone-inbox.ts'
import type { ChatText, PhoneMemory } from './phone-memory.ts'
import { unlinkDevice } from './unlinking.ts'
import type { World } from './world.ts'

export interface Phone {
  /** With a plus and no spaces. */
  readonly number: string
  /** As those it writes to see it. */
  readonly name: string
  readonly platform: 'android' | 'ios'
  /** What asks for a code now, for as long as the code lives; looking changes nothing. */
  notification(): { readonly device: string; readonly expiresAt: Date } | undefined
  /** The newest 1,000 texts of its chats, oldest first, whether `received()` gave them out or not. */
  texts(): readonly ChatText[]
  /**
   * The notification that a companion wants its code to be typed, with the companion's name: 'Chrome (Windows)'. Each
   * is given out once, in order; one that came before the call is given at once. Rejects when the emulator stops.
   */
  prompted(): Promise<{ readonly device: string }>
  /**
   * The person types a code (case, spaces and dashes do not count). Resolves with the JID of the linked device once its
   * signature was checked. Rejects with PhoneError.
   */
  enterCode(code: string): Promise<{ readonly jid: string }>
  /** The person scans the QR code with this text. Resolves and rejects as `enterCode`. */
  scanQr(data: string): Promise<{ readonly jid: string }>
  /** The person opens Linked devices and types nothing: a companion that waits is told so. Throws PhoneError no-request. */
  openLinkedDevices(): void
  /** The account's owner confirms with the passkey: what `respond()` of a `passkey` event takes. Throws a RangeError. */
  confirmPasskey(options: unknown): PasskeyAssertion
  /** What the screen shows while WhatsApp wants a passkey for a link; undefined: nothing is asked. */
  passkeyGate(): PasskeyGateView | undefined
  /** Resolves when a passkey is asked for; `forget()` when nobody waits any more. */
  passkeyGateReached(): { readonly promise: Promise<void>; forget(): void }
  /** The next code that the phone shows to be compared with the companion's `verify`. Rejects when the emulator stops. */
  comparison(): Promise<{ readonly code: string }>
  linkedDevices(): readonly {
    readonly jid: string
    readonly name: string
    readonly platform: string
    readonly online: boolean
  }[]
  /** The person logs the device out. Throws a RangeError for a device that is not linked. */
  unlink(jid: string): Promise<void>
  /**
   * Sends a text to a number or JID of another account, or the phone's own, end-to-end encrypted to each device.
   * Resolves when the server has it. Rejects with a RangeError when no phone here has that number.
   */
  send(to: string, text: string): Promise<void>
  /**
   * The next text for this phone, decrypted; `from` is a JID without device. Copies of what its own devices write to
   * others are left out, notes to itself are not. Rejects when the emulator stops.
   */
  received(): Promise<{ readonly from: string; readonly text: string }>
}

/** The phone's screen: what came and was not looked at yet. */
export interface Screen {
  readonly prompts: Inflow<{ readonly device: string }>
  readonly comparisons: Inflow<{ readonly code: string }>
  readonly texts: Inflow<TextReceived>
}

export interface Inflow<Item> {
  push(item: Item): void
  next(): Promise<Item>
  /** Whoever waits, now or later, is told. */
  stop(): void
}

export function createScreen(): Screen {
  return {
    prompts: createInflow('prompted()'),
    comparisons: createInflow('comparison()'),
    texts: createInflow('received()'),
  }
}

const MAX_UNSEEN = 10_000

function createInflow<Item>(name: string): Inflow<Item> {
  const items: Item[] = []
  const takers: { resolve(item: Item): void; reject(error: Error): void }[] = []
  let stopped = false
  const over = (): Error => new PhoneError('no-request', `${name}: the emulator was stopped`)

  return {
    push(item) {
      const taker = takers.shift()
      if (taker !== undefined) return taker.resolve(item)
      items.push(item)
      if (items.length > MAX_UNSEEN) items.shift()
    },
    next() {
      const [item] = items.splice(0, 1)
      if (item !== undefined) return Promise.resolve(item)
      const taken = new Promise<Item>((resolve, reject) => {
        if (stopped) return reject(over())
        takers.push({ resolve, reject })
      })
      // Nobody may be looking any more when the emulator stops.
      taken.catch(() => {})
      return taken
    },
    stop() {
      stopped = true
      for (const taker of takers.splice(0)) taker.reject(over())
    },
  }
}

export function createPhone(options: {
  readonly world: World
  readonly account: Account
  readonly inbox: PhoneInbox
  readonly screen: Screen
  readonly memory: PhoneMemory
}): Phone {
  const { world, account, inbox, screen, memory } = options
  const { accounts } = world
  const phone: Phone = {
    number: `+${account.digits}`,
    name: account.name,
    platform: account.platform,
    notification() {
      try {
        const { display, expiresAt } = world.codes.live(account)
        return { device: display, expiresAt: new Date(expiresAt) }
      } catch (thrown) {
        if (thrown instanceof PhoneError) return undefined
        throw thrown
      }
    },
    texts: () => [...memory.texts],
    prompted: () => screen.prompts.next(),
    enterCode: (code) => enterCode(world, account, code),
    scanQr: (data) => scanQr(world, account, data),
    openLinkedDevices: () => openLinkedDevices(world, account),
    confirmPasskey: (options) => account.authenticator.confirm(options),
    passkeyGate: () => account.passkeyGate.view(),
    passkeyGateReached: () => account.passkeyGate.reached(),
    comparison: () => screen.comparisons.next(),
    linkedDevices: () =>
      [...account.devices.values()].map(({ jid, name, platform, online }) => ({
        jid,
        name,
        platform,
        online: online !== undefined,
      })),
    async unlink(jid) {
      const device = accounts.deviceByJid(jid)
      if (device === undefined || device.account !== account)
        throw new RangeError('no such device is linked to this phone')
      unlinkDevice(device)
    },
    async send(to, text) {
      const target = accounts.byJid(to.includes('@') ? to : pnJid(digitsOf(to)))
      if (target === undefined)
        throw new RangeError('no phone of this emulator has that number: add it with addPhone()')
      await inbox.send(target, text)
      memory.note({ with: pnJid(target.digits), mine: true, text })
    },
    received: () => screen.texts.next(),
  }
  return printedAs(phone, 'Phone', () => ({ number: maskPhone(phone.number), platform: phone.platform }))
}
