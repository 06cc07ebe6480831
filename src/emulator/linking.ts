// What the person does on the phone to link a companion: types its code, or scans its QR.
import { randomBytes } from 'node:crypto'
import { generateKeyPair } from '../wire/bridge.ts'
import type { Account } from './accounts.ts'
import { sameBytes } from './client-payload.ts'
import { type CompanionFinish, sendPrimaryHello } from './code-stages.ts'
import { assertLive } from './codes.ts'
import { pair } from './pairing.ts'
import { askForPasskey } from './passkey.ts'
import { PhoneError } from './phone-error.ts'
import { openBundle, plainCode, unwrapCompanionKey, wrapPrimaryKey } from './primary.ts'
import { parseQr } from './qr.ts'
import type { Registration } from './registration.ts'
import type { World } from './world.ts'

/** Rejects with PhoneError no-request · wrong-code · expired · timeout · refused. */
export async function enterCode(world: World, account: Account, typed: string): Promise<{ readonly jid: string }> {
  await whatIsOnItsWay()
  const request = world.codes.live(account)
  const { registration } = request
  return alone(registration, async () => {
    const code = plainCode(typed)
    const ephemeral = generateKeyPair()
    const [companionEphemeral, wrappedEphemeral] = await Promise.all([
      unwrapCompanionKey(code, request.wrappedEphemeral),
      wrapPrimaryKey(code, ephemeral.public, { salt: randomBytes(32), iv: randomBytes(16) }),
    ])
    assertLive(request, world.clock.now())
    const finish = await sendPrimaryHello(world, request, { wrappedEphemeral, identity: account.identity.public })
    const known = finish.wrappedBundle.length === 0 ? undefined : secretOf(finish)
    if (finish.passkey || account.passkey) {
      const advSecret = await askForPasskey(registration, known)
      return done(await pair(world, { account, registration, advSecret, scanned: false }))
    }
    if (known === undefined) throw wrongCode()
    return done(await pair(world, { account, registration, advSecret: known, scanned: false }))

    function secretOf({ wrappedBundle, identity }: CompanionFinish): Uint8Array {
      if (!sameBytes(identity, registration.payload.identity)) throw wrongCode()
      const secret = openBundle(wrappedBundle, {
        primaryEphemeral: ephemeral,
        primaryIdentity: account.identity,
        companionEphemeral,
        companionIdentity: identity,
      })
      if (secret === undefined) throw wrongCode()
      return secret
    }

    function done(linked: { readonly jid: string }): { readonly jid: string } {
      request.over = 'used'
      return linked
    }
  })
}

/** Rejects with PhoneError expired · timeout · refused · no-request. */
export async function scanQr(world: World, account: Account, text: string): Promise<{ readonly jid: string }> {
  const qr = parseQr(text)
  if (qr === undefined) throw new PhoneError('refused', 'this is not a QR code for linking a device')
  const registration = world.refs.find(qr.ref)
  if (!sameBytes(qr.noiseKey, registration.clientKey) || !sameBytes(qr.identity, registration.payload.identity))
    throw new PhoneError('refused', 'the QR code names other keys than the companion connected with')
  return alone(registration, async () => {
    const advSecret = account.passkey ? await askForPasskey(registration, qr.advSecret) : qr.advSecret
    return pair(world, { account, registration, advSecret, scanned: !account.passkey })
  })
}

/**
 * What a companion of this process sent before the person typed is read first: plain Baileys gives out a code as soon as
 * its request has left.
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
