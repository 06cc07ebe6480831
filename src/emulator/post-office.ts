// The server between devices: takes a sender's stanza, hands each recipient device its part, keeps what is not
// confirmed.
import { randomBytes } from 'node:crypto'
import { bytesOf, childOf, childrenOf, type Node, node } from '../wire/nodes.ts'
import type { Account, Accounts, LinkedDevice } from './accounts.ts'
import { lidJid, parseJid, pnJid } from './jid.ts'
import type { KeyBundle } from './keys.ts'
import type { PhoneInbox } from './phone-inbox.ts'
import { forwardChatState, takePresence } from './presence.ts'
import type { Encrypted, Peer } from './signal.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** One device's part of a message. */
export interface Letter {
  readonly id: string
  readonly from: { readonly account: Account; readonly device: number }
  readonly to: { readonly account: Account; readonly device: number }
  /** For a copy to the sender's own devices: the chat it belongs to. */
  readonly chat?: Account | undefined
  readonly encrypted: Encrypted
  /** The stanza's `type`: text, media, … */
  readonly kind: string
  /** Between the devices of one account: history, keys. */
  readonly peer?: boolean | undefined
  /** How often it was asked for again. */
  readonly retries?: number | undefined
  /** The sender's signed identity, when the message opens a session. */
  readonly deviceIdentity?: Uint8Array | undefined
}

export interface PostOffice {
  /** A message, receipt, ack, presence, … of a linked device. */
  take(device: LinkedDevice, stanza: Node): void
  deliver(letter: Letter): void
  /** A receipt that a phone sends for a message from a linked device. */
  receiptFromPhone(
    phone: Account,
    to: Peer,
    id: string,
    attrs: Readonly<Record<string, string>>,
    content?: readonly Node[],
  ): void
  /** The phone sends a new device its history and keys, once. */
  greet(device: LinkedDevice): void
  /** What others need to write to the phone of an account. */
  phoneBundle(account: Account): KeyBundle | undefined
}

export function createPostOffice(world: {
  readonly clock: VirtualClock
  readonly accounts: Accounts
  readonly inboxOf: (account: Account) => PhoneInbox | undefined
}): PostOffice {
  const { accounts, clock } = world
  const now = (): string => String(Math.floor(clock.now() / 1000))

  const send = (device: LinkedDevice, stanza: Node): void => {
    device.mailbox.put(stanza)
    if (device.online?.active === true) device.online.line.send(stanza)
  }

  const deliver = (letter: Letter): void => {
    letter.to.account.correspondents.add(letter.from.account)
    letter.from.account.correspondents.add(letter.to.account)
    if (letter.to.device === 0) return world.inboxOf(letter.to.account)?.receive(letter)
    const device = letter.to.account.devices.get(letter.to.device)
    if (device !== undefined) send(device, messageNode(letter, now()))
  }

  const takeMessage = (sender: LinkedDevice, stanza: Node): void => {
    const { id = '', to = '' } = stanza.attrs
    const chat = accounts.byJid(to)
    const ack = { class: 'message', id, from: to, t: now() }
    if (chat === undefined) return sender.online?.line.send(node('ack', { ...ack, error: '404' }))
    sender.online?.line.send(node('ack', ack))
    for (const { jid, enc } of parts(stanza)) {
      const account = accounts.byJid(jid)
      const encrypted = readEncrypted(enc)
      if (account === undefined || encrypted === undefined) continue
      deliver({
        id,
        from: { account: sender.account, device: sender.id },
        to: { account, device: parseJid(jid)?.device ?? 0 },
        chat: account === sender.account ? (accounts.byJid(stanza.attrs['recipient']) ?? chat) : undefined,
        encrypted,
        kind: stanza.attrs['type'] ?? 'text',
        peer: stanza.attrs['category'] === 'peer',
        retries: Number(enc.attrs['count'] ?? 0),
        deviceIdentity: bytesOf(childOf(stanza, 'device-identity')),
      })
    }
  }

  const takeReceipt = (sender: LinkedDevice, stanza: Node): void => {
    const { id = '', to = '', type, participant } = stanza.attrs
    for (const one of [id, ...listedIds(stanza)]) sender.mailbox.settle('message', one)
    const echo = { ...(type !== undefined && { type }), ...(participant !== undefined && { participant }) }
    sender.online?.line.send(node('ack', { class: 'receipt', id, from: to, ...echo }))
    const account = accounts.byJid(to)
    if (account === undefined) return
    if (type === 'retry') return forwardRetry(sender, account, parseJid(to)?.device ?? 0, stanza)
    if (account === sender.account) return
    const receipt = node('receipt', { ...echo, id, from: pnJid(sender.account.digits), t: now() }, childrenOf(stanza))
    for (const device of account.devices.values()) send(device, receipt)
  }

  const forwardRetry = (sender: LinkedDevice, account: Account, to: number, stanza: Node): void => {
    if (to === 0) return world.inboxOf(account)?.retry(sender, stanza)
    const device = account.devices.get(to)
    const { id = '', recipient } = stanza.attrs
    const attrs = { id, type: 'retry', from: sender.jid, t: now(), ...(recipient !== undefined && { recipient }) }
    if (device !== undefined) send(device, node('receipt', attrs, childrenOf(stanza)))
  }

  return {
    take(device, stanza) {
      if (stanza.tag === 'message') return takeMessage(device, stanza)
      if (stanza.tag === 'receipt') return takeReceipt(device, stanza)
      if (stanza.tag === 'ack') return device.mailbox.settle(stanza.attrs['class'] ?? '', stanza.attrs['id'] ?? '')
      if (stanza.tag === 'presence') return takePresence(accounts, device, stanza)
      if (stanza.tag === 'chatstate') return forwardChatState(accounts, device, stanza)
      if (stanza.tag === 'call') return device.online?.line.send(ackOf(stanza))
    },
    deliver,
    receiptFromPhone(phone, to, id, attrs, content) {
      const device = accounts.byDigits(to.user)?.devices.get(to.device)
      if (device !== undefined)
        send(device, node('receipt', { id, from: pnJid(phone.digits), t: now(), ...attrs }, content))
    },
    greet(device) {
      if (device.greeted) return
      device.greeted = true
      const greeted = world.inboxOf(device.account)?.greet(device)
      if (greeted !== undefined) void clock.busy(greeted)
    },
    phoneBundle: (account) => world.inboxOf(account)?.bundle(),
  }
}

/** Random, in the form of an Android phone's. */
export function newMessageId(): string {
  return randomBytes(16).toString('hex').toUpperCase()
}

/** Each device's part: `participants`, or the one `enc` of a message to a single device. */
function parts(stanza: Node): readonly { readonly jid: string; readonly enc: Node }[] {
  const { to = '' } = stanza.attrs
  const direct = childOf(stanza, 'enc')
  const listed = childrenOf(childOf(stanza, 'participants')).map((one) => ({
    jid: one.attrs['jid'] ?? '',
    enc: childOf(one, 'enc') ?? node('enc'),
  }))
  return direct === undefined ? listed : [{ jid: to, enc: direct }, ...listed]
}

function readEncrypted(enc: Node): Encrypted | undefined {
  const ciphertext = bytesOf(enc)
  const { type } = enc.attrs
  return ciphertext !== undefined && (type === 'pkmsg' || type === 'msg') ? { type, ciphertext } : undefined
}

function listedIds(receipt: Node): readonly string[] {
  return childrenOf(childOf(receipt, 'list')).map((item) => item.attrs['id'] ?? '')
}

function ackOf(stanza: Node): Node {
  const { id = '', to = '' } = stanza.attrs
  return node('ack', { class: stanza.tag, id, from: to })
}

/** By number, with the hidden identity beside it: what plain Baileys handles best, and bots read most easily. */
function messageNode(letter: Letter, t: string): Node {
  const { from, chat } = letter
  const attrs = {
    id: letter.id,
    from: pnJid(from.account.digits, from.device),
    type: letter.kind,
    t,
    notify: from.account.name,
    addressing_mode: 'pn',
    ...(chat === undefined || letter.peer === true
      ? { sender_lid: lidJid(from.account.lid, from.device) }
      : { recipient: pnJid(chat.digits), peer_recipient_lid: lidJid(chat.lid) }),
    ...(letter.peer === true && { category: 'peer' }),
  }
  const retries = letter.retries === undefined || letter.retries === 0 ? {} : { count: String(letter.retries) }
  const enc = node('enc', { v: '2', type: letter.encrypted.type, ...retries }, letter.encrypted.ciphertext)
  const identity = letter.deviceIdentity === undefined ? [] : [node('device-identity', {}, letter.deviceIdentity)]
  return node('message', attrs, [enc, ...identity])
}
