// Whether an endpoint is who it says: a real handshake, with the check of its certificates, and what time it has.
import { request } from 'node:http'
import type { LinkError } from '../../../errors.ts'
import type { Clock } from '../../../lib/clock.ts'
import { silentLogger } from '../../../lib/logger.ts'
import type { Endpoint } from '../../../wire/endpoint.ts'
import { clockAhead } from './reach.ts'

export interface EndpointReach {
  readonly url: string
  /** Undefined: the handshake was done, and the certificates are those of the root key. */
  readonly error: LinkError | undefined
  readonly ms: number
  readonly ahead: number | undefined
}

/** @throws LinkError `invalid-options` for an endpoint that is none */
export async function reachEndpoint(given: Endpoint, limitMs: number, clock: Clock): Promise<EndpointReach> {
  const { checkedEndpoint } = await import('../../../wire/endpoint.ts')
  const endpoint = checkedEndpoint(given)
  const startedAt = clock.now()
  const error = await handshake(endpoint, limitMs, clock)
  const ms = clock.now() - startedAt
  return {
    url: endpoint.url,
    error,
    ms,
    ahead: error?.code === 'network' ? undefined : await timeOf(endpoint, limitMs, clock),
  }
}

async function handshake(endpoint: Endpoint, timeoutMs: number, clock: Clock): Promise<LinkError | undefined> {
  const [{ openConnection }, { generateKeyPair }, payload] = await Promise.all([
    import('../../../wire/connection.ts'),
    import('../../../wire/bridge.ts'),
    strangersPayload(),
  ])
  return new Promise((resolve) => {
    const connection = openConnection({
      endpoint,
      noiseKey: generateKeyPair(),
      payload,
      clock,
      random: Math.random,
      idPrefix: 'doctor',
      timeoutMs,
      logger: silentLogger,
      onOpen: () => {
        connection.close()
        resolve(undefined)
      },
      onNode: () => {},
      onEnd: (end) => resolve(end.kind === 'unopened' ? end.error : undefined),
    })
  })
}

/** As a companion that has no account says hello; nothing is asked for. */
async function strangersPayload(): Promise<Uint8Array> {
  const [{ buildRegistrationPayload }, { createIdentity }, { resolveDevice }, { BAILEYS_VERSION }] = await Promise.all([
    import('../../../linking/registration.ts'),
    import('../../../linking/identity.ts'),
    import('../../../linking/device.ts'),
    import('../../../linking/options.ts'),
  ])
  return buildRegistrationPayload({
    identity: createIdentity(),
    device: resolveDevice({}, process.platform),
    version: BAILEYS_VERSION,
    country: 'US',
    fullHistory: false,
  })
}

/** Its HTTP side answers something, whatever it is, and every answer is dated. */
function timeOf({ url }: Endpoint, limitMs: number, clock: Clock): Promise<number | undefined> {
  if (!url.startsWith('ws:')) return Promise.resolve(undefined)
  const sentAt = clock.now()
  return new Promise((resolve) => {
    const asking = request(url.replace(/^ws:/, 'http:'), { method: 'HEAD' }, (answer) => {
      answer.resume()
      resolve(clockAhead(answer.headers.date, sentAt, clock.now()))
    })
    const timer = clock.setTimeout(() => asking.destroy(), limitMs)
    asking.once('error', () => resolve(undefined))
    asking.once('close', () => {
      clock.clearTimeout(timer)
      resolve(undefined)
    })
    asking.end()
  })
}
