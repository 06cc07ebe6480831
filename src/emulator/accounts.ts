// Who exists: accounts by number and hidden identity, and the devices linked to each.
import { randomInt } from 'node:crypto'
import { generateKeyPair, type KeyPair } from '../wire/bridge.ts'
import { type Node, S_WHATSAPP_NET } from '../wire/nodes.ts'
import { type Authenticator, createAuthenticator } from './authenticator.ts'
import type { RegistrationPayload } from './client-payload.ts'
import type { Line } from './connection.ts'
import { lidJid, parseJid, pnJid } from './jid.ts'
import { createDeviceKeys, type DeviceKeys } from './keys.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'
import { createPasskeyGate, type PasskeyGate } from './passkey-gate.ts'

export interface Account {
  readonly digits: string
  /** The user part of its hidden identity. */
  readonly lid: string
  readonly name: string
  readonly platform: 'android' | 'ios'
  /** Linking asks for a passkey. */
  readonly passkey: boolean
  /** Its messages are handled by a provider. */
  readonly hosted: boolean
  /** False: its WhatsApp is too old to link devices. */
  readonly multiDevice: boolean
  readonly authenticator: Authenticator
  readonly passkeyGate: PasskeyGate
  /** Of the phone, device 0; it also signs the account's word for each device. */
  readonly identity: KeyPair
  readonly rawId: number
  readonly devices: Map<number, LinkedDevice>
  /** Never given out twice. */
  nextDevice: number
  readonly settings: AccountSettings
  /** Those it wrote to or heard from: they are told when its devices change. */
  readonly correspondents: Set<Account>
  /** Those who want to know whether someone is there. */
  readonly subscribers: Set<LinkedDevice>
}

/** What the server keeps for an account because one of its devices said so. */
export interface AccountSettings {
  about: string
  readonly blocked: Set<string>
  readonly privacy: Map<string, string>
  disappearingS: number
  readonly collections: Map<string, Uint8Array[]>
}

export interface LinkedDevice {
  readonly account: Account
  readonly id: number
  readonly keyIndex: number
  readonly jid: string
  readonly lid: string
  readonly name: string
  readonly platform: string
  /** The Noise key that it logs in with. */
  readonly noiseKey: Uint8Array
  readonly keys: DeviceKeys
  readonly mailbox: Mailbox
  /** Its login connection, while there is one. */
  online: OnlineDevice | undefined
  /** The phone has sent it history and app-state keys. */
  greeted: boolean
  /** It said that its person is there. */
  available: boolean
}

/** A login connection as the rooms that deliver see it. */
export interface OnlineDevice {
  readonly line: Line
  /** Messages go out only while the device is active. */
  readonly active: boolean
  notify(type: string, content: readonly Node[], attrs?: Readonly<Record<string, string>>): void
}

export interface Accounts {
  add(options: Pick<Account, 'digits' | 'name' | 'platform' | 'passkey' | 'hosted' | 'multiDevice'>): Account
  byDigits(digits: string): Account | undefined
  /** By number or hidden identity, with or without a device. */
  byJid(jid: string | undefined): Account | undefined
  /** A linked device; not the phone. */
  deviceByJid(jid: string | undefined): LinkedDevice | undefined
  all(): readonly Account[]
}

/** Device 99 is reserved for hosted accounts. */
const HOSTED_DEVICE = 99

export function createAccounts(): Accounts {
  const numbers = new Map<string, Account>()
  const lids = new Map<string, Account>()

  const byJid = (jid: string | undefined): Account | undefined => {
    const parsed = parseJid(jid)
    if (parsed?.server === S_WHATSAPP_NET) return numbers.get(parsed.user)
    return parsed?.server === 'lid' ? lids.get(parsed.user) : undefined
  }

  return {
    add(options) {
      if (numbers.has(options.digits)) throw new RangeError('this emulator has a phone with that number already')
      const account: Account = {
        ...options,
        lid: freshLid(lids),
        authenticator: createAuthenticator(),
        passkeyGate: createPasskeyGate(),
        identity: generateKeyPair(),
        rawId: randomInt(1, 2 ** 31),
        devices: new Map(),
        nextDevice: 1,
        correspondents: new Set(),
        subscribers: new Set(),
        settings: { about: '', blocked: new Set(), privacy: new Map(), disappearingS: 0, collections: new Map() },
      }
      numbers.set(account.digits, account)
      lids.set(account.lid, account)
      return account
    },
    byDigits: (digits) => numbers.get(digits),
    byJid,
    deviceByJid: (jid) => byJid(jid)?.devices.get(parseJid(jid)?.device ?? 0),
    all: () => [...numbers.values()],
  }
}

/** The number of a device that is about to be linked. */
export function takeDeviceId(account: Account): number {
  if (account.nextDevice === HOSTED_DEVICE) account.nextDevice += 1
  return account.nextDevice++
}

export function addDevice(
  account: Account,
  id: number,
  noiseKey: Uint8Array,
  registered: RegistrationPayload,
): LinkedDevice {
  const device: LinkedDevice = {
    account,
    id,
    keyIndex: id,
    jid: pnJid(account.digits, id),
    lid: lidJid(account.lid, id),
    name: registered.name,
    platform: platformName(registered.platformType),
    noiseKey,
    keys: createDeviceKeys(registered),
    mailbox: createMailbox(),
    online: undefined,
    greeted: false,
    available: false,
  }
  account.devices.set(id, device)
  return device
}

const PLATFORMS: Readonly<Record<number, string>> = {
  1: 'Chrome',
  2: 'Firefox',
  3: 'IE',
  4: 'Opera',
  5: 'Safari',
  6: 'Edge',
  7: 'Desktop',
  21: 'UWP',
}

function platformName(platformType: number): string {
  return PLATFORMS[platformType] ?? 'Other'
}

function freshLid(taken: ReadonlyMap<string, unknown>): string {
  for (;;) {
    const lid = `${randomInt(100, 1000)}${String(randomInt(0, 2 ** 32)).padStart(12, '0')}`
    if (!taken.has(lid)) return lid
  }
}
