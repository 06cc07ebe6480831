// The phone as a device of its account: it reads what comes, asks again for what it cannot read, sends, and sends again
// when it is asked to.
import { randomBytes } from 'node:crypto'
import { childOf, type Node, node } from '../wire/nodes.ts'
import { bytesField, decodeMessage } from '../wire/protobuf.ts'
import { vouchedFor } from './account-identity.ts'
import type { Account, LinkedDevice } from './accounts.ts'
import { sameBytes } from './client-payload.ts'
import { lidJid, pnJid } from './jid.ts'
import { bundleNodes, type KeyBundle, readRetryBundle } from './keys.ts'
import {
  type AppStateKey,
  encodeAppStateKeyShare,
  encodeDeviceSent,
  encodeFirstHistory,
  encodeText,
  readContent,
} from './message-content.ts'
import { type Letter, newMessageId, type PostOffice } from './post-office.ts'
import { takeBundle } from './pre-key-supply.ts'
import { createPhoneSignal, type Peer } from './signal.ts'
import type { VirtualClock } from './virtual-clock.ts'

const MAX_RETRIES = 5
const MAX_REMEMBERED = 1_000

export interface TextReceived {
  /** JID without device. */
  readonly from: string
  readonly text: string
}

export interface PhoneInbox {
  receive(letter: Letter): void
  /** A linked device could not read what this phone sent it. */
  retry(asking: LinkedDevice, receipt: Node): void
  send(to: Account, text: string): Promise<void>
  greet(device: LinkedDevice): Promise<void>
  bundle(): KeyBundle
}

/** What was sent to one device, for when it asks again. */
interface Sent {
  readonly letter: Omit<Letter, 'encrypted' | 'retries'>
  readonly plaintext: Uint8Array
}

export function createPhoneInbox(options: {
  readonly account: Account
  readonly clock: VirtualClock
  readonly post: PostOffice
  /** The bundle of another phone. */
  readonly phoneBundle: (account: Account) => KeyBundle | undefined
  readonly onText: (received: TextReceived) => void
  /** A linked device of this account wrote to another. */
  readonly onCopy: (sent: { readonly to: string; readonly text: string }) => void
}): PhoneInbox {
  const { account } = options
  const signal = createPhoneSignal(account.identity)
  const remembered = new Map<string, Sent>()
  const appStateKey: AppStateKey = {
    id: Buffer.concat([Buffer.alloc(2), randomBytes(4)]),
    data: randomBytes(32),
    rawId: account.rawId,
    madeAt: options.clock.now(),
  }

  const bundleOf = (to: Letter['to']): KeyBundle => {
    const device = to.account.devices.get(to.device)
    const bundle = to.device === 0 ? options.phoneBundle(to.account) : device && takeBundle(device)
    if (bundle === undefined) throw new Error('the device is gone')
    return bundle
  }

  const dispatch = async (sent: Sent, retries?: number, bundle?: KeyBundle): Promise<void> => {
    const { to } = sent.letter
    const encrypted = await signal.encrypt(peerOf(to), sent.plaintext, () => bundle ?? bundleOf(to))
    options.post.deliver({ ...sent.letter, encrypted, retries })
  }

  const remember = (sent: Sent): Sent => {
    remembered.set(memoryKey(sent.letter.id, sent.letter.to), sent)
    const [oldest] = remembered.keys()
    if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest)
    return sent
  }

  const toDevice = (device: LinkedDevice, plaintext: Uint8Array, letter: Partial<Letter>): Sent =>
    remember({
      plaintext,
      letter: {
        id: newMessageId(),
        from: { account, device: 0 },
        to: { account: device.account, device: device.id },
        kind: 'text',
        ...letter,
      },
    })

  const read = async (letter: Letter): Promise<void> => {
    if (!isVouchedFor(letter)) return
    const peer = peerOf(letter.from)
    let plaintext: Uint8Array
    try {
      plaintext = await signal.decrypt(peer, letter.encrypted)
    } catch {
      return askAgain(letter)
    }
    options.post.receiptFromPhone(account, peer, letter.id, receiptAttrs(letter))
    take(letter, plaintext)
  }

  const take = (letter: Letter, plaintext: Uint8Array): void => {
    const content = readContent(plaintext)
    const from = letter.from.account
    if (content.wantsAppStateKey && from === account) return void shareKey(letter.from.device)
    if (content.text === undefined || letter.peer === true) return
    // Copies of what the account's own devices sent elsewhere are for the record only; a note to self is for the phone.
    if (from === account && letter.chat !== account) return
    options.onText({ from: pnJid(from.digits), text: content.text })
  }

  const shareKey = async (device: number): Promise<void> => {
    const asking = account.devices.get(device)
    if (asking === undefined) return
    await dispatch(toDevice(asking, encodeAppStateKeyShare(appStateKey), { peer: true })).catch(() => {})
  }

  /** The keys go with the first request already, so that the sender can open a new session at once. */
  const askAgain = (letter: Letter): void => {
    const retries = (letter.retries ?? 0) + 1
    if (retries > MAX_RETRIES) return
    const peer = peerOf(letter.from)
    signal.forget(peer)
    const t = String(Math.floor(options.clock.now() / 1000))
    const [registration, ...keys] = bundleNodes(signal.bundle())
    options.post.receiptFromPhone(account, peer, letter.id, { type: 'retry' }, [
      node('retry', { count: String(retries), id: letter.id, t, v: '1', error: '0' }),
      ...(registration === undefined ? [] : [registration]),
      node('keys', {}, keys),
    ])
  }

  return {
    receive(letter) {
      void options.clock.busy(read(letter)).catch(() => {})
    },
    retry(asking, receipt) {
      const { id = '' } = receipt.attrs
      const count = Number(childOf(receipt, 'retry')?.attrs['count'] ?? 1)
      const sent = remembered.get(memoryKey(id, { account: asking.account, device: asking.id }))
      if (sent === undefined || count > MAX_RETRIES) return
      signal.forget(peerOf(sent.letter.to))
      void options.clock.busy(dispatch(sent, count, readRetryBundle(receipt))).catch(() => {})
    },
    async send(to, text) {
      const id = newMessageId()
      const message = encodeText(text)
      const copy = encodeDeviceSent(pnJid(to.digits), message)
      const letters = [
        ...(to === account ? [] : [...to.devices.values()].map((device) => toDevice(device, message, { id }))),
        ...[...account.devices.values()].map((device) => toDevice(device, copy, { id, chat: to })),
      ]
      for (const sent of letters) if (isLinked(sent.letter.to)) await dispatch(sent)
      if (to === account) return
      await dispatch({
        plaintext: message,
        letter: { id, from: { account, device: 0 }, to: { account: to, device: 0 }, kind: 'text' },
      })
    },
    async greet(device) {
      const history = encodeFirstHistory({ pn: pnJid(account.digits), lid: lidJid(account.lid) })
      try {
        await dispatch(toDevice(device, encodeAppStateKeyShare(appStateKey), { peer: true }))
        await dispatch(toDevice(device, history, { peer: true }))
      } catch {
        // The device was unlinked meanwhile.
      }
    },
    bundle: () => signal.bundle(),
  }
}

/** Without a type it says “delivered”; for a copy of an own message, that the account's phone has it too. */
function receiptAttrs({ chat }: Letter): Readonly<Record<string, string>> {
  return chat === undefined ? {} : { type: 'sender', recipient: pnJid(chat.digits) }
}

/** It may have been unlinked while the devices before it had their turn. */
function isLinked({ account, device }: Letter['to']): boolean {
  return account.devices.has(device)
}

function peerOf({ account, device }: Letter['to']): Peer {
  return { user: account.digits, device }
}

function memoryKey(id: string, to: Letter['to']): string {
  return `${id} ${to.account.digits}.${to.device}`
}

/** A message that opens a session must carry the account's word for the device, unless it comes from a phone. */
function isVouchedFor({ from, encrypted, deviceIdentity }: Letter): boolean {
  if (from.device === 0 || encrypted.type === 'msg') return true
  const device = from.account.devices.get(from.device)
  if (device === undefined || deviceIdentity === undefined) return false
  const keys = { account: from.account.identity.public, device: device.keys.identity, hosted: from.account.hosted }
  return sameIdentity(encrypted.ciphertext, device.keys.identity) && vouchedFor(deviceIdentity, keys)
}

/** A PreKeySignalMessage: one version byte, then fields; the identity key, with its type byte, is field 3. */
function sameIdentity(pkmsg: Uint8Array, identity: Uint8Array): boolean {
  try {
    const key = bytesField(decodeMessage(pkmsg.subarray(1)), 3)
    return key !== undefined && sameBytes(key.subarray(1), identity)
  } catch {
    return false
  }
}
