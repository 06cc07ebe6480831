// What is known about this machine and its way to WhatsApp.
import type { Clock } from '../../../lib/clock.ts'
import type { Variables } from '../../environment.ts'
import { ownPackage } from '../../own-package.ts'
import { type EndpointReach, reachEndpoint, type Visit, visit } from './endpoint.ts'
import { type InstalledBaileys, installedBaileys } from './installed-baileys.ts'
import { type ProxySetting, proxyFor } from './proxy.ts'
import { type Reach, reach } from './reach.ts'

export interface MachineFacts {
  readonly node: { readonly version: string; readonly range: string }
  readonly baileys: { readonly installed: InstalledBaileys | undefined; readonly range: string }
  /** The version of WhatsApp Web that is announced while linking. */
  readonly webVersion: string
  readonly proxy: ProxySetting | undefined
  readonly network: NetworkFacts
}

export type NetworkFacts =
  /** `throughProxy`: when a proxy is set that can be asked. `visit`: the handshake of a link, when it is reached directly. */
  | {
      readonly to: 'whatsapp'
      readonly direct: Reach
      readonly throughProxy: Reach | undefined
      readonly visit?: Visit | undefined
    }
  | { readonly to: 'endpoint'; readonly reach: EndpointReach }

export const WHATSAPP_HOST = 'web.whatsapp.com'
const LIMIT_MS = 5_000

export interface MachineRequest {
  readonly variables: Variables
  readonly endpoint: { readonly url: string; readonly rootKey: Uint8Array } | undefined
  readonly clock: Clock
}

/** @throws LinkError `invalid-options` for an endpoint that is none */
export async function machineFacts({ variables, endpoint, clock }: MachineRequest): Promise<MachineFacts> {
  const { engines, peerDependencies } = ownPackage()
  const { BAILEYS_VERSION } = await import('../../../linking/options.ts')
  const proxy = proxyFor(WHATSAPP_HOST, variables)
  const [installed, network] = await Promise.all([
    installedBaileys(),
    endpoint === undefined
      ? reachWhatsApp(proxy, clock)
      : reachEndpoint(endpoint, LIMIT_MS, clock).then((found): NetworkFacts => ({ to: 'endpoint', reach: found })),
  ])
  return {
    node: { version: process.versions.node, range: engines.node },
    baileys: { installed, range: peerDependencies.baileys },
    webVersion: BAILEYS_VERSION.join('.'),
    proxy,
    network,
  }
}

async function reachWhatsApp(proxy: ProxySetting | undefined, clock: Clock): Promise<NetworkFacts> {
  const target = { host: WHATSAPP_HOST, port: 443 }
  const [direct, throughProxy] = await Promise.all([
    reach(target, LIMIT_MS, clock),
    proxy?.url?.protocol === 'http:' ? reach({ ...target, proxy: proxy.url }, LIMIT_MS, clock) : undefined,
  ])
  const { WHATSAPP } = await import('../../../wire/endpoint.ts')
  return { to: 'whatsapp', direct, throughProxy, visit: direct.ok ? await visit(WHATSAPP, LIMIT_MS, clock) : undefined }
}
