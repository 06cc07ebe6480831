// Who is there and who is typing, between linked devices that are online.
import { childrenOf, type Node, node } from '../wire/nodes.ts'
import type { Account, Accounts, LinkedDevice } from './accounts.ts'
import { pnJid } from './jid.ts'

export function takePresence(accounts: Accounts, device: LinkedDevice, stanza: Node): void {
  const { type, to } = stanza.attrs
  if (type === 'subscribe') return subscribe(accounts.byJid(to), device)
  if (type !== 'available' && type !== 'unavailable') return
  device.available = type === 'available'
  tell(device.account)
}

export function goOffline(device: LinkedDevice): void {
  if (!device.available) return
  device.available = false
  tell(device.account)
}

function subscribe(account: Account | undefined, device: LinkedDevice): void {
  if (account === undefined) return
  account.subscribers.add(device)
  device.online?.line.send(presenceNode(account))
}

function tell(account: Account): void {
  for (const device of account.subscribers) {
    // A subscription lasts as long as its connection.
    if (device.online === undefined) account.subscribers.delete(device)
    else device.online.line.send(presenceNode(account))
  }
}

function presenceNode(account: Account): Node {
  const isThere = [...account.devices.values()].some(({ available }) => available)
  const attrs = isThere ? {} : { type: 'unavailable', last: 'deny' }
  return node('presence', { from: pnJid(account.digits), ...attrs })
}

/** `<chatstate to><composing/></chatstate>` reaches the other side's devices as coming from the account. */
export function forwardChatState(accounts: Accounts, device: LinkedDevice, stanza: Node): void {
  const to = accounts.byJid(stanza.attrs['to'])
  if (to === undefined || to === device.account) return
  const state = node('chatstate', { from: pnJid(device.account.digits) }, childrenOf(stanza))
  for (const other of to.devices.values()) other.online?.line.send(state)
}
