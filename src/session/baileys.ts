// The one room that loads Baileys, and only when a session is about to go online: its import costs 255 ms and 62 MB, and
// stalls the event loop for 73 to 104 ms (measured).
import type { AuthenticationState, WASocket } from 'baileys'
import { LinkError } from '../errors.ts'
import type { Logger } from '../lib/logger.ts'
import type { MakeWASocket, SocketOptions } from '../linking/options.ts'
import { type Endpoint, isWhatsApp, WHATSAPP } from '../wire/endpoint.ts'
import type { Version } from '../wire/messages.ts'
import { noteWhatsAppContact } from '../wire/whatsapp-contact.ts'
import { maskedLogger } from './masked-logger.ts'
import { inSharedContext } from './shared-context.ts'

export interface SocketRequest {
  readonly makeWASocket: MakeWASocket | undefined
  readonly socket: SocketOptions | undefined
  readonly endpoint: Endpoint | undefined
  readonly logger: Logger
}

let warmed = false

/**
 * Does ahead, while a person types, what the first login would wait for; once a process, since it blocks for 18 ms even
 * when Baileys is loaded (measured). Never throws; `socketMaker` will.
 */
export function warmBaileys(makeWASocket: MakeWASocket | undefined): void {
  if (makeWASocket !== undefined || warmed) return
  warmed = true
  importBaileys()
    .then(warmVerifier)
    .catch(() => {})
}

/** Every code and every picture asks for it, as often as WhatsApp likes. */
let verifierIsWarm = false

/**
 * Baileys checks the server's certificates in plain JavaScript: 60 ms the first time, 12 ms once the engine has compiled
 * it (measured). The result means nothing: Baileys' own is thrown away as well (docs/protocol.md section 1).
 */
function warmVerifier({ Curve }: typeof import('baileys')): void {
  if (verifierIsWarm) return
  verifierIsWarm = true
  setImmediate(() => {
    try {
      Curve.verify(Curve.generateKeyPair().public, new Uint8Array(40), new Uint8Array(64))
    } catch {
      // Another Baileys may check more strictly; it is compiled all the same.
    }
  })
}

/**
 * A function that makes one Baileys socket, which starts to connect at once. It returns before the socket's first event, so
 * that listeners added in the same turn miss nothing.
 * @throws LinkError invalid-options when Baileys is not installed
 */
export async function socketMaker(
  request: SocketRequest,
): Promise<(auth: AuthenticationState, version: Version | undefined) => WASocket> {
  const given = request.makeWASocket ?? (await loadBaileys())
  const make = given as unknown as (config: Record<string, unknown>) => WASocket
  const endpoint = request.endpoint ?? WHATSAPP
  // Also the one that the caller meant for Baileys alone: it would be told every stanza and key.
  const logger = maskedLogger((request.socket?.['logger'] as Logger | undefined) ?? request.logger)
  return (auth, version) => {
    if (isWhatsApp(endpoint)) noteWhatsAppContact()
    return inSharedContext(() =>
      make({
        transactionOpts: COMMIT_ONCE,
        ...(version === undefined ? {} : { version }),
        ...request.socket,
        logger,
        waWebSocketUrl: endpoint.url,
        auth,
      }),
    )
  }
}

/** A write that fails ends the socket, so Baileys' ten tries in 30 s would only keep timers. */
const COMMIT_ONCE = { maxCommitRetries: 1, delayBetweenTriesMs: 0 }

/**
 * The version of WhatsApp Web that WhatsApp hands out now, by Baileys' own lookup (one request to web.whatsapp.com, with
 * the caller's own `options` of the socket, where a proxy is).
 * @throws LinkError network · invalid-options
 */
export async function lookUpWebVersion(socket: SocketOptions | undefined, signal: AbortSignal): Promise<Version> {
  const { fetchLatestWaWebVersion } = await importBaileys()
  const options = (socket?.['options'] ?? {}) as RequestInit
  noteWhatsAppContact()
  const { version, isLatest, error } = await fetchLatestWaWebVersion({ ...options, signal })
  if (isLatest) return version
  throw new LinkError('network', 'the current version of WhatsApp Web could not be looked up', { cause: error })
}

async function loadBaileys(): Promise<MakeWASocket> {
  const { makeWASocket } = await importBaileys()
  return makeWASocket as unknown as MakeWASocket
}

async function importBaileys(): Promise<typeof import('baileys')> {
  try {
    return await import('baileys')
  } catch (cause) {
    throw new LinkError('invalid-options', 'the package "baileys" is not installed', {
      cause,
      advice: 'Run `npm install baileys`, or pass your own makeWASocket.',
    })
  }
}
