// When a Baileys socket can be asked for a code: `pair-device` was seen on it (docs/protocol.md section 2).
import type { WASocket } from 'baileys'
import type { Clock } from '../lib/clock.ts'
import { deferred } from '../lib/deferred.ts'
import { childrenOf, type Node, node, S_WHATSAPP_NET } from '../wire/nodes.ts'
import { ask } from './ask.ts'
import { within } from './interruption.ts'

/** ms. Longer than Baileys needs to give a connection up, and than a QR code is on show. */
const READY_MS = 65_000
/** ms for the last frame of a handshake to leave, of which there is no sign from outside. */
const SETTLE_MS = 100
/** ms that a socket has to live: a code 180 s, the phone's answer to it 60 s more. */
const NEEDED_MS = 250_000
/** How many refs WhatsApp sends. */
const FULL_LIST = 6
const PAIR_DEVICE = 'CB:iq,type:set,pair-device'

export interface Ready {
  /**
   * ms since the epoch: when Baileys has shown its last QR code and closes the socket. If `pair-device` came before the
   * call it may be earlier, by as much as the call was late.
   */
  readonly closesAt: number
}

export interface Readiness {
  /** Rejects with LinkError network when it takes too long, and with what interrupts it. */
  ready(interrupted: Promise<never>): Promise<Ready>
  /** Takes every listener off. */
  stop(): void
}

/**
 * Listens from the moment of the call. If `pair-device` came before, one of two things tells so: WhatsApp's answer to a
 * ping, since `pair-device` is the first thing it sends, or the next QR code that Baileys shows.
 */
export function watchReadiness(socket: WASocket, clock: Clock): Readiness {
  const { ws, ev } = socket
  const { promise, resolve } = deferred<Ready>()
  const over = deferred<never>()
  over.promise.catch(() => {})
  const qrMs = ws.config?.qrTimeout

  const came = (stanza: Node): void => resolve({ closesAt: clock.now() + lengthen(stanza, qrMs) })
  const passed = (): void => resolve({ closesAt: clock.now() + refsLifeMs(FULL_LIST, qrMs) })
  const shown = ({ qr }: { readonly qr?: string }): void => {
    if (qr !== undefined) passed()
  }
  const asked = (): void => void ping(socket, over.promise).then(passed, () => {})

  ws.prependListener(PAIR_DEVICE, came)
  ev.on('connection.update', shown)
  const settled = isBeyondHandshake(socket) ? clock.setTimeout(asked, SETTLE_MS) : undefined

  return {
    ready: (interrupted) => within(clock, READY_MS, 'get ready for a code', Promise.race([promise, interrupted])),
    stop() {
      clock.clearTimeout(settled)
      ws.off(PAIR_DEVICE, came)
      ev.off('connection.update', shown)
      over.reject(undefined)
    },
  }
}

/** During a handshake Baileys waits for the next frame; a stanza that is sent then breaks it. */
function isBeyondHandshake({ ws }: WASocket): boolean {
  return ws.isOpen && ws.listenerCount('frame') === 0
}

async function ping(socket: WASocket, over: Promise<never>): Promise<void> {
  const id = socket.generateMessageTag()
  await ask(socket, node('iq', { id, type: 'get', to: S_WHATSAPP_NET, xmlns: 'w:p' }, [node('ping')]), over)
}

/**
 * Baileys closes the socket when its QR refs run out, after 160 s, and the code of 180 s dies with it (Baileys #2590). So
 * it is given the last ref some times more, before it reads the list. That QR code stays on show, though it is spent.
 */
function lengthen(stanza: Node, qrMs: number | undefined): number {
  const refs = childrenOf(childrenOf(stanza)[0])
  const last = refs.findLast(({ tag }) => tag === 'ref')
  if (last === undefined || !Array.isArray(refs)) return 0
  while (refsLifeMs(refs.length, qrMs) < NEEDED_MS) refs.push(last)
  return refsLifeMs(refs.length, qrMs)
}

/** As Baileys counts: `qrTimeout` for each, else 60 s for the first and 20 s for every other. */
function refsLifeMs(refs: number, qrMs: number | undefined): number {
  return qrMs ? refs * qrMs : 60_000 + (refs - 1) * 20_000
}
