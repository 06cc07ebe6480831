// Whether a server of WhatsApp's kind is who it says and takes us: a real handshake with the check of its certificates, its
// first word, and what time it has. No code is asked for, and nothing of the visit is kept.
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { LinkError } from '../../../errors.ts'
import type { Clock } from '../../../lib/clock.ts'
import { silentLogger } from '../../../lib/logger.ts'
import type { Endpoint } from '../../../wire/endpoint.ts'
import { clockAhead } from './reach.ts'

export interface EndpointReach {
  readonly url: string
  /**
   * Undefined: the handshake was done, the certificates are those of the root key, and the server is ready to link.
   * Else what stood in the way, as a link would end with it.
   */
  readonly error: LinkError | undefined
  readonly ms: number
  readonly ahead: number | undefined
}

/** @throws LinkError `invalid-options` for an endpoint that is none */
export async function reachEndpoint(given: Endpoint, limitMs: number, clock: Clock): Promise<EndpointReach> {
  const { checkedEndpoint } = await import('../../../wire/endpoint.ts')
  const endpoint = checkedEndpoint(given)
  const { error, ms } = await visit(endpoint, limitMs, clock)
  const ahead = error?.code === 'network' ? undefined : await timeOf(endpoint, limitMs, clock)
  return { url: endpoint.url, error, ms, ahead }
}

export interface Visit {
  readonly error: LinkError | undefined
  readonly ms: number
}

/** Connects as a companion without an account, waits until the server is ready to link, and leaves. Takes no longer than the limit. */
export async function visit(endpoint: Endpoint, limitMs: number, clock: Clock): Promise<Visit> {
  const [{ openConnection }, { generateKeyPair }, { readPairDevice }, { errorOfEnd }, payload] = await Promise.all([
    import('../../../wire/connection.ts'),
    import('../../../wire/bridge.ts'),
    import('../../../linking/pair-device.ts'),
    import('../../../linking/refusals.ts'),
    strangersPayload(),
  ])
  const startedAt = clock.now()
  return new Promise((resolve) => {
    const settle = (error: LinkError | undefined): void => {
      clock.clearTimeout(timer)
      connection.close()
      resolve({ error, ms: clock.now() - startedAt })
    }
    const connection = openConnection({
      endpoint,
      noiseKey: generateKeyPair(),
      payload,
      clock,
      random: Math.random,
      idPrefix: 'doctor',
      timeoutMs: limitMs,
      logger: silentLogger,
      onOpen: () => {},
      onNode: (stanza) => {
        if (readPairDevice(stanza) !== undefined) settle(undefined)
      },
      onEnd: (end) => settle(errorOfEnd(end)),
    })
    // The connection's own limit ends with the handshake; a server that says nothing after it is no use either.
    const timer = clock.setTimeout(
      () => settle(new LinkError('network', `it proved itself, but was not ready to link within ${limitMs} ms`)),
      limitMs + 1,
    )
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
  const request = url.startsWith('wss:') ? httpsRequest : httpRequest
  const sentAt = clock.now()
  return new Promise((resolve) => {
    const asking = request(url.replace(/^ws/, 'http'), { method: 'HEAD' }, (answer) => {
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
