// A device list changed: those who keep a copy of it are told, so that they encrypt to the right devices.
import { createHash } from 'node:crypto'
import { node } from '../wire/nodes.ts'
import type { LinkedDevice } from './accounts.ts'
import { pnJid } from './jid.ts'

/** To the account's own devices and those it corresponds with, as far as they are online; others ask anyway. */
export function announceDevice(changed: LinkedDevice, change: 'add' | 'remove'): void {
  const { account } = changed
  const device = node('device', { jid: changed.jid, 'key-index': String(changed.keyIndex) })
  const content = [node(change, { device_hash: deviceHash(changed) }, [device])]
  for (const told of new Set([account, ...account.correspondents]))
    for (const other of told.devices.values())
      if (other !== changed) other.online?.notify('devices', content, { from: pnJid(account.digits) })
}

/** The short form of "2:" and a hash over the sorted list, as clients compare it. */
function deviceHash({ account }: LinkedDevice): string {
  const jids = [pnJid(account.digits), ...[...account.devices.values()].map(({ jid }) => jid)].sort()
  return `2:${createHash('sha256').update(jids.join('')).digest('base64').slice(0, 6)}`
}
