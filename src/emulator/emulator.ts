// Puts the rooms of one emulator together.
import type { CertificateDefect } from '../errors.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { generateKeyPair } from '../wire/bridge.ts'
import type { Endpoint } from '../wire/endpoint.ts'
import { type Account, createAccounts } from './accounts.ts'
import { issueChain } from './certificate.ts'
import { readClientPayload } from './client-payload.ts'
import { createCodes } from './codes.ts'
import { type Line, type Receiver, serveConnection } from './connection.ts'
import { createFaults, type Fault, type Refusal, type Stage, type Tampering } from './faults.ts'
import { digitsOf } from './jid.ts'
import { serveLogin } from './login.ts'
import { createPhone, createScreen, type Phone, type Screen } from './phone.ts'
import { createPhoneInbox, type PhoneInbox } from './phone-inbox.ts'
import { createPostOffice } from './post-office.ts'
import { createQrRefs } from './qr-refs.ts'
import { type Registration, serveRegistration } from './registration.ts'
import { listen } from './server.ts'
import { createStanzaRecord, type RecordedStanza } from './stanza-record.ts'
import { streamErrorNode } from './stream-errors.ts'
import { distrustRoot, trustRoot } from './trust.ts'
import { createVirtualClock } from './virtual-clock.ts'
import { reach, type World } from './world.ts'

export interface EmulatorOptions {
  /** Default: any free one. */
  readonly port?: number
  readonly clock?: Clock
}

export interface PhoneOptions {
  /** Shown to those it writes to; default 'Phone'. */
  readonly name?: string
  /** Default 'android'. */
  readonly platform?: 'android' | 'ios'
  /** Linking asks for a passkey; default false. */
  readonly passkey?: boolean
}

/** WhatsApp's side and the phones, in this process, for tests and demonstrations. */
export interface Emulator {
  /** Where to connect, and what to check the server's certificates against: made anew for each emulator. */
  readonly endpoint: Endpoint
  /** Options for a plain `makeWASocket()`. Calls `trust()`. */
  socketConfig(): Record<string, unknown>
  /**
   * Makes every Baileys of this process trust this emulator instead of WhatsApp, until `stop()`.
   * Throws an Error when this package opened a socket to WhatsApp in this process; sockets made elsewhere cannot be seen.
   */
  trust(): void
  /** A phone with this number (any spelling; 7 to 15 digits). Throws a RangeError when it cannot be one, or is here already. */
  addPhone(number: string, options?: PhoneOptions): Phone
  /**
   * The stage fails: an IQ error with the code; at 'login' a `<failure reason=code>`; at 'handshake' and 'pair_device'
   * the socket closes; where the server would speak for the phone, the phone is refused.
   * `times`, here and below: default 1, counts down; 0 takes the fault back.
   */
  fail(fault: { at: Stage; code: number; text?: string; backoffS?: number; times?: number }): void
  /** The stage comes `ms` later; without `ms` never. */
  hold(fault: { at: Stage; ms?: number; times?: number }): void
  /** The connection is cut when the stage is reached. */
  disconnect(fault: { at: Stage; times?: number }): void
  /** Something that is sent at the stage is wrong. Throws a RangeError where that makes no sense. */
  tamper(fault: { at: Stage; with: Tampering; times?: number }): void
  /** Ends open connections with this `<stream:error>`: all, or those of a number, an account or one device (JID). */
  streamError(code: number, target?: string): void
  /** Moves the emulator's own time: lifetimes, delays, limits. Resolves when what fell due has happened. */
  advance(ms: number): Promise<void>
  /** The newest 10,000, both directions, as they were before encryption. */
  readonly stanzas: readonly RecordedStanza[]
  /** Successful logins; the JID with its device. */
  readonly logins: readonly { readonly jid: string; readonly at: number }[]
  /** Closes every connection and the port; nothing of it runs afterwards. */
  stop(): Promise<void>
}

/** Starts on 127.0.0.1. Rejects with the system's error when the port is taken. */
export function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return startForgedEmulator(undefined, options)
}

const PING_MS = 30_000

/** For tests of those who check certificates: the same emulator, with exactly one thing wrong in its chain. */
export async function startForgedEmulator(
  defect: CertificateDefect | undefined,
  { port = 0, clock: base = systemClock }: EmulatorOptions = {},
): Promise<Emulator> {
  const clock = createVirtualClock(base)
  const root = generateKeyPair()
  const staticKey = generateKeyPair()
  const faults = createFaults()
  const accounts = createAccounts()
  const record = createStanzaRecord()
  const logins: { jid: string; at: number }[] = []
  const phones = new Map<Account, { readonly inbox: PhoneInbox; readonly screen: Screen }>()
  const lines = new Map<Line, Registration | 'login' | undefined>()

  const post = createPostOffice({ clock, accounts, inboxOf: (account) => phones.get(account)?.inbox })
  const world: World = {
    clock,
    faults,
    accounts,
    post,
    codes: createCodes(clock.now),
    refs: createQrRefs(clock.now),
    prompt: (account, device) => phones.get(account)?.screen.prompts.push({ device }),
    noteLogin: (device) => void logins.push({ jid: device.jid, at: clock.now() }),
  }
  const sound = issueChain({ root, staticKey: staticKey.public, now: clock.now(), defect })

  throw new Error('assembled below')
}
