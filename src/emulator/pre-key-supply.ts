// One-time keys run out as others write to a device for the first time; a device that runs low is told to send more.
import { node } from '../wire/nodes.ts'
import type { LinkedDevice } from './accounts.ts'
import type { KeyBundle } from './keys.ts'

/** Below this the server asks the device for more, once for each time it falls below. */
const LOW_COUNT = 5

/** Uses up one of the device's one-time keys, if there is one. */
export function takeBundle({ keys, online }: LinkedDevice): KeyBundle {
  const before = keys.count
  const bundle = keys.takeBundle()
  const left = keys.count
  if (before >= LOW_COUNT && left < LOW_COUNT) online?.notify('encrypt', [node('count', { value: String(left) })])
  return bundle
}
