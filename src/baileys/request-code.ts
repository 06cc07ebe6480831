// A pairing code on a socket that the caller made with Baileys and keeps.
import { randomBytes } from 'node:crypto'
import type { WASocket } from 'baileys'
import { LinkError } from '../errors.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { drawCode, wrapPublicKey } from '../linking/code-key.ts'
import { buildCompanionHello, readHelloAnswer } from '../linking/companion-hello.ts'
import type { Device } from '../linking/device.ts'
import { displayCode } from '../linking/pairing-code.ts'
import { refusalOfHello } from '../linking/refusals.ts'
import type { Node } from '../wire/nodes.ts'
import { noteWhatsAppContact } from '../wire/whatsapp-contact.ts'
import { ask } from './ask.ts'
import {
  type CodeRequestOptions,
  checkedPhone,
  checkOptions,
  goesToThisMachine,
  refuseLinked,
} from './checked-request.ts'
import { watch, within } from './interruption.ts'
import { startLiveCode } from './live-code.ts'
import { claimCode } from './outstanding.ts'
import { type Readiness, watchReadiness } from './readiness.ts'

export type { CodeRequestOptions } from './checked-request.ts'

export interface RequestedCode {
  /** As it is shown: `ABCD-EFGH`. */
  readonly code: string
  readonly expiresAt: Date
}

const CODE_MS = 180_000
const ANSWER_MS = 30_000

/**
 * Asks WhatsApp for a pairing code on a Baileys socket that is not linked, once it is ready, and gives the code only after
 * WhatsApp accepted it. Call it right after `makeWASocket()`. The rest is Baileys' own: it answers the phone, emits
 * `creds.update` with the account, and closes with 515, after which you make the next socket.
 *
 * Asks once; trying again is the caller's. Until WhatsApp confirms the account, nothing of the attempt gets into what
 * `saveCreds` writes.
 * @throws LinkError (as a rejection) invalid-phone · invalid-device · invalid-options · session-exists · code-outstanding ·
 * rejected · forbidden · rate-limited · not-available · server-error · network · outdated-version · cancelled
 */
export function requestCode(socket: WASocket, phone: string, options: CodeRequestOptions = {}): Promise<RequestedCode> {
  return requestCodeAt(systemClock, socket, phone, options)
}

/** With another clock, for tests. */
export async function requestCodeAt(
  clock: Clock,
  socket: WASocket,
  phone: string,
  options: CodeRequestOptions = {},
): Promise<RequestedCode> {
  const device = checkOptions(socket, options)
  refuseLinked(socket.authState.creds)
  const interruption = watch(socket, options.signal)
  // Before anything is awaited: a socket that was made just now gets ready while the number is looked at.
  const readiness = watchReadiness(socket, clock)
  try {
    const account = await checkedPhone(phone, socket.ws.url)
    return await claimed(socket, account.accountKey, (release) =>
      askForCode({
        clock,
        socket,
        device,
        digits: account.digits,
        readiness,
        interrupted: interruption.promise,
        release,
      }),
    )
  } finally {
    readiness.stop()
    interruption.stop()
  }
}

/** The claim is given back when the work fails; else with the end of the code. */
async function claimed<Result>(
  socket: WASocket,
  accountKey: string,
  work: (release: () => void) => Promise<Result>,
): Promise<Result> {
  const release = claimCode(socket, accountKey)
  try {
    return await work(release)
  } catch (error) {
    release()
    throw error
  }
}

interface Asking {
  readonly clock: Clock
  readonly socket: WASocket
  readonly device: Device
  readonly digits: string
  readonly readiness: Readiness
  readonly interrupted: Promise<never>
  /** Gives the claim back, once the code is dead. */
  readonly release: () => void
}

async function askForCode(asking: Asking): Promise<RequestedCode> {
  const { clock, socket, device, digits, interrupted } = asking
  const { creds } = socket.authState
  if (!goesToThisMachine(socket.ws.url)) noteWhatsAppContact()
  const [{ closesAt }, { code, salt, key }] = await Promise.all([
    asking.readiness.ready(interrupted),
    drawCode(undefined),
  ])
  // Somebody may have linked by QR code while we waited.
  refuseLinked(creds)
  const hello = buildCompanionHello({
    id: socket.generateMessageTag(),
    digits,
    notify: true,
    wrappedEphemeral: wrapPublicKey({
      key,
      salt,
      iv: randomBytes(16),
      publicKey: creds.pairingEphemeralKeyPair.public,
    }),
    noisePublicKey: creds.noiseKey.public,
    companionPlatformId: device.companionPlatformId,
    display: device.display,
  })
  // From the moment in which the request is made (docs/protocol.md section 3).
  const expiresAt = Math.min(clock.now() + CODE_MS, closesAt)
  const live = startLiveCode({ socket, clock, code, digits, ended: asking.release })
  try {
    const answer = await within(clock, ANSWER_MS, 'answer the code request', ask(socket, hello, interrupted))
    live.accepted(acceptedRef(answer), expiresAt)
  } catch (error) {
    live.end()
    throw error
  }
  return { code: displayCode(code), expiresAt: new Date(expiresAt) }
}

/** @throws LinkError when WhatsApp refused */
function acceptedRef(stanza: Node): Uint8Array {
  const answer = readHelloAnswer(stanza)
  if (answer.kind === 'refused') throw refusalOfHello(answer.error)
  if (answer.kind === 'no-ref')
    throw new LinkError('server-error', 'WhatsApp accepted the code but named no reference for it')
  return answer.ref
}
