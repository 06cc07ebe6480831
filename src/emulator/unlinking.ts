// The end of a linked device: by the phone, or by itself.
import { childOf, type Node } from '../wire/nodes.ts'
import type { LinkedDevice } from './accounts.ts'
import { announceDevice } from './device-changes.ts'
import { parseJid } from './jid.ts'
import type { QueryAnswer } from './queries.ts'
import { deviceRemoved } from './stream-errors.ts'
import type { World } from './world.ts'

/** From now on its logins are refused with 401; a connection that is open ends. */
export function unlinkDevice(device: LinkedDevice): void {
  device.account.devices.delete(device.id)
  device.online?.line.end(deviceRemoved())
  announceDevice(device, 'remove')
}

/** `remove-companion-device`: a device may remove itself, no other. */
export function removeCompanion(world: World, device: LinkedDevice, iq: Node): QueryAnswer {
  const remove = childOf(iq, 'remove-companion-device')
  if (remove === undefined) return { refusal: { code: 400 } }
  const named = world.accounts.byJid(remove.attrs['jid'])
  if (named !== device.account || parseJid(remove.attrs['jid'])?.device !== device.id) return { refusal: { code: 401 } }
  return { afterwards: () => unlinkDevice(device) }
}
