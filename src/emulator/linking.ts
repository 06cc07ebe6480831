// What the person does on the phone to link a companion: types its code, or scans its QR.
import { randomBytes } from 'node:crypto'
import { generateKeyPair, type KeyPair } from '../wire/bridge.ts'
import { node, S_WHATSAPP_NET } from '../wire/nodes.ts'
import type { Account } from './accounts.ts'
import { sameBytes } from './client-payload.ts'
import { type CompanionFinish, notifyHello, sendPrimaryHello } from './code-stages.ts'
import { assertLive, type CodeRequest } from './codes.ts'
import { pair } from './pairing.ts'
import { askForPasskey } from './passkey.ts'
import { PhoneError } from './phone-error.ts'
import { openBundle, plainCode, unwrapCompanionKey, wrapPrimaryKey } from './primary.ts'
import { parseQr } from './qr.ts'
import type { Registration } from './registration.ts'
import type { World } from './world.ts'

/** Rejects with PhoneError no-request · wrong-code · expired · timeout · refused. */
export async function enterCode(world: World, account: Account, typed: string): Promise<{ readonly jid: string }> {
  await world.clock.busy(whatIsOnItsWay())
  const request = world.codes.live(account)
  return alone(request.registration, async () => {
    const half = await world.clock.busy(prepare(plainCode(typed), request))
    assertLive(request, world.clock.now())
    const hello = { wrappedEphemeral: half.wrappedEphemeral, identity: account.identity.public }
    const advSecret = await secretFrom(world, half, request, await sendPrimaryHello(world, request, hello))
    const linked = await pair(world, { account, registration: request.registration, advSecret, scanned: false })
    request.over = 'used'
    return linked
  })
}

/** The phone's keys for one attempt. */
interface Half {
  readonly ephemeral: KeyPair
  readonly wrappedEphemeral: Uint8Array
  readonly companionEphemeral: Uint8Array
}

async function prepare(code: string, request: CodeRequest): Promise<Half> {
  const ephemeral = generateKeyPair()
  const [companionEphemeral, wrappedEphemeral] = await Promise.all([
    unwrapCompanionKey(code, request.wrappedEphemeral),
    wrapPrimaryKey(code, ephemeral.public, { salt: randomBytes(32), iv: randomBytes(16) }),
  ])
  return { ephemeral, wrappedEphemeral, companionEphemeral }
}

/** The adv secret in the companion's answer, or in place of it, or after it, the one of a passkey ceremony. */
async function secretFrom(
  world: World,
  half: Half,
  request: CodeRequest,
  finish: CompanionFinish | 'passkey',
): Promise<Uint8Array> {
  const { account, registration } = request
  if (finish === 'passkey') return askForPasskey(world, request, undefined)
  const keys = {
    primaryEphemeral: half.ephemeral,
    primaryIdentity: account.identity,
    companionEphemeral: half.companionEphemeral,
    companionIdentity: finish.identity,
  }
  const isItself = sameBytes(finish.identity, registration.payload.identity)
  const secret = isItself ? openBundle(finish.wrappedBundle, keys) : undefined
  if (secret === undefined) throw wrongCode()
  return finish.passkey || account.passkey ? askForPasskey(world, request, secret) : secret
}

/** Rejects with PhoneError expired · timeout · refused · no-request. */
export async function scanQr(world: World, account: Account, text: string): Promise<{ readonly jid: string }> {
  const qr = parseQr(text)
  if (qr === undefined) throw new PhoneError('refused', 'this is not a QR code for linking a device')
  const registration = world.refs.find(qr.ref)
  if (!sameBytes(qr.noiseKey, registration.clientKey) || !sameBytes(qr.identity, registration.payload.identity))
    throw new PhoneError('refused', 'the QR code names other keys than the companion connected with')
  if (!account.multiDevice) {
    registration.line.send(node('ib', { from: S_WHATSAPP_NET }, [node('downgrade_webclient')]))
    throw new PhoneError('refused', 'this phone’s WhatsApp is too old to link devices')
  }
  return alone(registration, async () => {
    const parties = { account, registration }
    const advSecret = account.passkey ? await askForPasskey(world, parties, qr.advSecret) : qr.advSecret
    return pair(world, { account, registration, advSecret, scanned: !account.passkey })
  })
}

/** The server asks for a passkey before anybody typed the code; the device is linked when it got one. */
export async function linkByPasskey(world: World, request: CodeRequest): Promise<void> {
  const { account, registration } = request
  await alone(registration, async () => {
    const advSecret = await askForPasskey(world, request, undefined)
    await pair(world, { account, registration, advSecret, scanned: false })
    request.over = 'used'
  })
}

/** The person opens Linked devices: the companion that waits for a code gets a notification without keys. */
export function openLinkedDevices(world: World, account: Account): void {
  notifyHello(world.codes.live(account), [])
}

/**
 * What a companion of this process sent before the person typed is read first: plain Baileys gives out a code as soon
 * as its request has left.
 */
async function whatIsOnItsWay(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}

/** One phone at a time, and the connection stays while it works. */
async function alone<Result>(registration: Registration, work: () => Promise<Result>): Promise<Result> {
  if (registration.linking) throw new PhoneError('refused', 'this companion is being linked already')
  registration.linking = true
  try {
    return await work()
  } finally {
    registration.linking = false
    registration.finish = undefined
    registration.passkey = undefined
  }
}

function wrongCode(): PhoneError {
  return new PhoneError('wrong-code', 'the companion answered, and this code does not open its answer')
}
