// Puts the rooms of one emulator together.
import type { WebSocket } from 'ws'
import type { CertificateDefect } from '../errors.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { generateKeyPair } from '../wire/bridge.ts'
import type { Endpoint } from '../wire/endpoint.ts'
import { node } from '../wire/nodes.ts'
import { type Account, createAccounts } from './accounts.ts'
import { issueChain } from './certificate.ts'
import { readClientPayload } from './client-payload.ts'
import { createCodes } from './codes.ts'
import { type Line, type Receiver, serveConnection } from './connection.ts'
import type { Dialogue } from './dialogue.ts'
import { createFaults, type Fault, type Stage, type Tampering } from './faults.ts'
import { digitsOf } from './jid.ts'
import { linkByPasskey } from './linking.ts'
import { serveLogin } from './login.ts'
import { createPhone, createScreen, type Phone, type Screen } from './phone.ts'
import { createPhoneInbox, type PhoneInbox } from './phone-inbox.ts'
import { createPhoneMemory } from './phone-memory.ts'
import { listenForPhonePage, type PhonePage } from './phone-page/server.ts'
import { createPostOffice } from './post-office.ts'
import { createQrRefs } from './qr-refs.ts'
import { serveRegistration } from './registration.ts'
import { listen } from './server.ts'
import { createStanzaRecord, type RecordedStanza } from './stanza-record.ts'
import { streamErrorNode } from './stream-errors.ts'
import { createThrottle, type ThrottleOptions } from './throttle.ts'
import { distrustRoot, trustRoot } from './trust.ts'
import { createVirtualClock } from './virtual-clock.ts'
import { isTampering, reach, type World } from './world.ts'

export interface EmulatorOptions {
  /** Default: any free one. */
  readonly port?: number
  readonly clock?: Clock
  /** How many codes one number may ask for before the server answers 400, and within what time; default 20 in 10 minutes. */
  readonly throttle?: ThrottleOptions
  /** Names an edge on registration connections too, not at logins alone; plain Baileys keeps it in its credentials. Default false. */
  readonly edgeRouting?: boolean
}

export interface PhoneOptions {
  /** Shown to those it writes to; default 'Phone'. */
  readonly name?: string
  /** Default 'android'. */
  readonly platform?: 'android' | 'ios'
  /** Linking asks for a passkey; default false. */
  readonly passkey?: boolean
  /** The account's messages are handled by a provider: its signatures have other prefixes; default false. */
  readonly hosted?: boolean
  /** False: this phone's WhatsApp is too old to link devices, and a scan by it is refused; default true. */
  readonly multiDevice?: boolean
}

/** WhatsApp's side and the phones, in this process, for tests and demonstrations. */
export interface Emulator {
  /** Where to connect, and what to check the server's certificates against: made anew for each emulator. */
  readonly endpoint: Endpoint
  /** Options for a plain `makeWASocket()`. Calls `trust()`. */
  socketConfig(): Record<string, unknown>
  /**
   * Makes every Baileys of this process trust this emulator instead of WhatsApp, until `stop()`. Throws an Error when
   * this package opened a socket to WhatsApp in this process; sockets made elsewhere cannot be seen.
   */
  trust(): void
  /**
   * A phone with this number (any spelling; 7 to 15 digits). Throws a RangeError when it cannot be one, or is here
   * already.
   */
  addPhone(number: string, options?: PhoneOptions): Phone
  /** In the order in which they were added. */
  readonly phones: readonly Phone[]
  /**
   * Opens a page on 127.0.0.1 on which a person uses the phones in a browser, at `url`. Whoever can reach this machine's
   * loopback can use it. Closed by `stop()` too. Rejects with the system's error when the port is taken.
   */
  openPhonePage(options?: { readonly port?: number }): Promise<PhonePage>
  /**
   * The stage fails: an IQ error with the code; at 'login' a `<failure reason=code>`; at 'handshake' and 'pair_device'
   * the socket closes, or at 'pair_device' with `as: 'failure'` a `<failure reason=code>` ends it; where the server would speak for the phone, the phone is refused.
   * `times`, here and below: default 1, counts down; 0 takes the fault back.
   */
  fail(fault: { at: Stage; code: number; text?: string; backoffS?: number; as?: 'failure'; times?: number }): void
  /** The stage comes `ms` later; without `ms` never. */
  hold(fault: { at: Stage; ms?: number; times?: number }): void
  /** The connection is cut when the stage is reached. */
  disconnect(fault: { at: Stage; times?: number }): void
  /** Something that is sent at the stage is wrong. Throws a RangeError where that makes no sense. */
  tamper(fault: { at: Stage; with: Tampering; times?: number }): void
  /**
   * What is sent first at the stage goes out after the stanza that follows it, or a second of the emulator's time later when
   * none does. Throws a RangeError at `handshake` and `pair_device_sign`.
   */
  reorder(fault: { at: Stage; times?: number }): void
  /**
   * Ends open connections with this `<stream:error>`: all, or those of a number, an account or one device (JID). Throws a
   * RangeError for a code that is no whole number.
   */
  streamError(code: number, target?: string): void
  /** Moves the emulator's own time: lifetimes, delays, limits. Resolves when what fell due has happened. */
  advance(ms: number): Promise<void>
  /** The newest 10,000, both directions, as they were before encryption. */
  readonly stanzas: readonly RecordedStanza[]
  /**
   * Every connection whose handshake was completed, oldest first. `routed`: it came with routing info, which an earlier
   * connection had been given.
   */
  readonly connections: readonly {
    readonly kind: 'registration' | 'login'
    readonly at: number
    readonly routed: boolean
  }[]
  /** Successful logins; the JID with its device. */
  readonly logins: readonly { readonly jid: string; readonly at: number }[]
  /** Closes every connection and the port; nothing of it runs afterwards. */
  stop(): Promise<void>
}

/** Starts on 127.0.0.1. Rejects with the system's error when the port is taken. */
export function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return startForgedEmulator(undefined, options)
}

/** A line that was silent for so long is pinged. */
const PING_MS = 60_000

/** For tests of those who check certificates: the same emulator, with exactly one thing wrong in its chain. */
export async function startForgedEmulator(
  defect: CertificateDefect | undefined,
  { port = 0, clock: base = systemClock, throttle = {}, edgeRouting = false }: EmulatorOptions = {},
): Promise<Emulator> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new RangeError('port must be 0 to 65535')
  const clock = createVirtualClock(base)
  const root = generateKeyPair()
  const staticKey = generateKeyPair()
  const faults = createFaults()
  const accounts = createAccounts()
  const record = createStanzaRecord()
  const logins: { jid: string; at: number }[] = []
  const connections: { kind: 'registration' | 'login'; at: number; routed: boolean }[] = []
  const phones = new Map<Account, { readonly inbox: PhoneInbox; readonly screen: Screen; readonly phone: Phone }>()
  const pages: PhonePage[] = []
  const open = new Map<Line, Opened>()

  const post = createPostOffice({ clock, accounts, inboxOf: (account) => phones.get(account)?.inbox })
  const world: World = {
    clock,
    faults,
    accounts,
    post,
    codes: createCodes(clock.now),
    refs: createQrRefs(clock.now),
    throttle: createThrottle(throttle, clock.now),
    routesUnlinked: edgeRouting,
    prompt: (account, device) => phones.get(account)?.screen.prompts.push({ device }),
    showComparison: (account, code) => phones.get(account)?.screen.comparisons.push({ code }),
    // Whoever did not confirm is told by the companion.
    linkByPasskey: (request) => void linkByPasskey(world, request).catch(() => {}),
    noteLogin: (device) => void logins.push({ jid: device.jid, at: clock.now() }),
  }

  const chainWith = (wrong: CertificateDefect | undefined): Uint8Array =>
    issueChain({ root, staticKey: staticKey.public, now: clock.now(), defect: wrong })
  const chain = chainWith(defect)

  const serve = (socket: WebSocket): void => {
    serveConnection({
      socket,
      clock,
      staticKey,
      record: record.add,
      onHandshake(line, proceed) {
        reach(world, line, 'handshake', (fault) => {
          if (fault?.kind === 'fail' || fault?.kind === 'disconnect') return line.drop()
          if (isTampering(fault, 'duplicate')) return proceed(chain, 2)
          proceed(fault?.kind === 'tamper' ? chainWith(HANDSHAKE_DEFECTS[fault.with]) : chain)
        })
      },
      onClient(line, { key, payload: bytes }) {
        const payload = readClientPayload(bytes)
        if (payload === undefined) return void line.end(node('failure', { reason: '400' }))
        connections.push({ kind: payload.kind, at: clock.now(), routed: line.routing !== undefined })
        const opened =
          payload.kind === 'login'
            ? serveLogin(world, line, { key, payload })
            : serveRegistration(world, line, { key, payload })
        if (opened === undefined) return undefined
        open.set(line, opened)
        return {
          receive: opened.receive,
          closed() {
            open.delete(line)
            opened.closed()
          },
        }
      },
    })
  }

  const ping = (): void => {
    for (const { dialogue } of open.values()) if (clock.now() - dialogue.heardAt() >= PING_MS) dialogue.ping()
    clock.setTimeout(ping, PING_MS)
  }

  const server = await listen(port, serve)
  const endpoint: Endpoint = { url: server.url, rootKey: root.public }
  clock.setTimeout(ping, PING_MS)

  const set = ({ at, times }: { at: Stage; times?: number }, fault: Fault): void => faults.set(at, fault, times)

  const emulator: Emulator = {
    endpoint,
    socketConfig() {
      emulator.trust()
      return { waWebSocketUrl: endpoint.url }
    },
    trust: () => trustRoot(endpoint.rootKey),
    addPhone(number, options = {}) {
      const { name = 'Phone', platform = 'android', passkey = false, hosted = false, multiDevice = true } = options
      const digits = typeof number === 'string' ? digitsOf(number) : ''
      if (!/^[1-9]\d{6,14}$/.test(digits))
        throw new RangeError('a phone needs a number of 7 to 15 digits as text, country code first')
      if (platform !== 'android' && platform !== 'ios') throw new RangeError('platform must be android or ios')
      if (typeof name !== 'string') throw new RangeError('name must be text')
      const account = accounts.add({ digits, name, platform, passkey, hosted, multiDevice })
      const screen = createScreen()
      const memory = createPhoneMemory(clock.now)
      const inbox = createPhoneInbox({
        account,
        clock,
        post,
        phoneBundle: post.phoneBundle,
        onText(received) {
          memory.note({ with: received.from, mine: false, text: received.text })
          screen.texts.push(received)
        },
        onCopy: ({ to, text }) => memory.note({ with: to, mine: true, text }),
      })
      const phone = createPhone({ world, account, inbox, screen, memory })
      phones.set(account, { inbox, screen, phone })
      return phone
    },
    get phones() {
      return [...phones.values()].map(({ phone }) => phone)
    },
    async openPhonePage({ port = 0 } = {}) {
      const page = await listenForPhonePage(emulator, port)
      pages.push(page)
      return page
    },
    fail: ({ at, times, ...refusal }) => faults.set(at, { kind: 'fail', ...refusal }, times),
    reorder: (fault) => set(fault, { kind: 'reorder' }),
    hold: (fault) => set(fault, { kind: 'hold', ms: fault.ms }),
    disconnect: (fault) => set(fault, { kind: 'disconnect' }),
    tamper: (fault) => set(fault, { kind: 'tamper', with: fault.with }),
    streamError(code, target) {
      if (!Number.isInteger(code)) throw new RangeError('streamError takes a whole number')
      for (const [line, opened] of open)
        if (target === undefined || opened.belongsTo(target)) line.end(streamErrorNode(code))
    },
    advance: clock.advance,
    stanzas: record.stanzas,
    connections,
    logins,
    async stop() {
      distrustRoot(endpoint.rootKey)
      for (const line of open.keys()) line.drop()
      clock.stop()
      await Promise.all(pages.map((page) => page.close()))
      await server.close()
      for (const { screen } of phones.values()) {
        screen.prompts.stop()
        screen.comparisons.stop()
        screen.texts.stop()
      }
    },
  }
  return emulator
}

/** A connection of either kind. */
interface Opened extends Receiver {
  readonly dialogue: Dialogue
  /** Whether a number, an account's JID or a device's JID means this connection. */
  belongsTo(target: string): boolean
}

const HANDSHAKE_DEFECTS: Partial<Record<Tampering, CertificateDefect>> = {
  signature: 'leaf-signature',
  'missing-child': 'incomplete',
}
