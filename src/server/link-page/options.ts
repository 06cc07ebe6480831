// What createLinkPage() is told, checked before anything is opened.
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import { type DeviceOptions, resolveDevice } from '../../linking/device.ts'
import { invalid } from '../../linking/option-values.ts'
import type { Store } from '../../store/contract.ts'
import { checkedSessionName } from '../../store/session-name.ts'
import type { Endpoint } from '../../wire/endpoint.ts'
import type { ServerLimits } from '../limits/rules.ts'
import type { OwnDoor } from './own.ts'

export interface LinkPageOptions {
  readonly store: Store
  /** What the account is linked under: one name, or the name that belongs to whoever sends this request. */
  readonly session: string | ((request: Request) => string | Promise<string>)
  /** Asked for each request: only `true` lets it through, everything else is 403. */
  readonly authorize: (request: Request) => boolean | Promise<boolean>
  /** Whom the page names as the one who asks. */
  readonly operator: { readonly name: string; readonly contact: string }
  readonly device?: DeviceOptions
  /** Where people reach the page, https beyond loopback. May end in the base path. */
  readonly publicUrl?: string
  /** Where it is mounted, for example `/whatsapp`: the page is at `/whatsapp/link`. */
  readonly basePath?: string
  /** Left out: WhatsApp. */
  readonly endpoint?: Endpoint
  readonly logger?: Logger
  readonly clock?: Clock
  readonly limits?: Partial<ServerLimits>
  /** ms that `close()` gives live links to finish. Default 25 000. */
  readonly graceMs?: number
  /** How many proxies stand in front. Default 0. */
  readonly trustProxy?: number
}

/** @throws LinkError invalid-options · invalid-session · invalid-device */
export function checkedDoor(options: LinkPageOptions): OwnDoor {
  if (typeof options !== 'object' || options === null) throw invalid('createLinkPage() takes an object of options')
  const { session, authorize, operator, device = {} } = options
  if (typeof authorize !== 'function') throw invalid('authorize must be a function that says who may link')
  if (typeof session !== 'string' && typeof session !== 'function')
    throw invalid('session must be a name, or a function that gives one')
  if (typeof operator?.name !== 'string' || operator.name.trim() === '' || typeof operator.contact !== 'string')
    throw invalid('operator must be {name, contact}: the page says who asks')
  resolveDevice(device, process.platform)
  const name = typeof session === 'string' ? checkedSessionName(session) : undefined
  return { session: typeof session === 'function' ? session : () => name ?? session, authorize, device }
}
