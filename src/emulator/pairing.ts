// The phone has the companion's adv secret, from a code, a QR or a passkey ceremony: `pair-success`, the companion's
// signature back, and the end of the registration connection (docs/protocol.md section 7).
import { bytesOf, childOf, type Node, node, S_WHATSAPP_NET } from '../wire/nodes.ts'
import { deviceSigned, type IssuedIdentity, issueIdentity } from './account-identity.ts'
import { type Account, addDevice, takeDeviceId } from './accounts.ts'
import { isRefresh, refreshCode } from './code-stages.ts'
import { announceDevice } from './device-changes.ts'
import type { Strike } from './faults.ts'
import { lidJid, pnJid } from './jid.ts'
import { askForPasskey, requestNode } from './passkey.ts'
import { PhoneError } from './phone-error.ts'
import type { Registration } from './registration.ts'
import { isTampering, reach, type World } from './world.ts'

const SIGN_LIMIT_MS = 60_000

export interface Pairing {
  readonly account: Account
  readonly registration: Registration
  readonly advSecret: Uint8Array
  /** A scan is lost when the companion is told to refresh its secret; a code is not. */
  readonly scanned: boolean
}

/** Resolves once the device is linked: its signature was right. Rejects with PhoneError. */
export async function pair(world: World, pairing: Pairing): Promise<{ readonly jid: string }> {
  const { registration } = pairing
  const fault = await reached(world, registration)
  if (fault?.kind === 'fail') throw new PhoneError('refused', `the server refused with ${fault.code}`)
  const { request } = registration
  if (isRefresh(fault) && request !== undefined && !pairing.scanned) {
    refreshCode(request, fault)
    throw new PhoneError('expired', 'the server took the code back')
  }
  if (isTampering(fault, 'passkey')) {
    const advSecret = await askForPasskey(world, pairing, pairing.advSecret)
    return signed(world, { ...pairing, advSecret }, undefined)
  }
  if (isTampering(fault, 'companion-reg-refresh')) {
    registration.refreshSecret()
    if (pairing.scanned) throw new PhoneError('refused', 'the scan is lost: scan the new QR code')
  }
  return signed(world, pairing, fault)
}

/** What strikes at `pair_success`, after its delay. Silence ends in PhoneError timeout. */
function reached(world: World, registration: Registration): Promise<Strike['fault']> {
  const waiting = registration.wait<Strike['fault']>(SIGN_LIMIT_MS, 'nothing came of it')
  reach(world, registration.line, 'pair_success', (fault) => {
    if (fault?.kind === 'disconnect') return registration.line.drop()
    waiting.resolve(fault)
  })
  return waiting.promise
}

/** Sends `pair-success` and takes the signature. */
async function signed(world: World, pairing: Pairing, fault: Strike['fault']): Promise<{ readonly jid: string }> {
  const { account, registration } = pairing
  const id = takeDeviceId(account)
  const linked = registration.wait<void>(SIGN_LIMIT_MS, 'the companion did not sign')
  const issued = issue(world, pairing, id, fault)
  const attrs = { xmlns: 'md', t: String(Math.floor(world.clock.now() / 1000)) }
  const success = pairSuccess(account, id, issued, fault)
  const iqId = registration.dialogue.ask(success, attrs, (answer) => {
    if (answer.attrs['type'] === 'error') return linked.reject(refusedBy(answer))
    takeSignature(world, pairing, { id, issued, success: [success, iqId, attrs] }, answer, linked)
  })
  if (isTampering(fault, 'duplicate')) repeat(registration, [success, iqId, attrs])
  await linked.promise
  return { jid: pnJid(account.digits, id) }
}

function issue(
  world: World,
  { account, registration, advSecret }: Pairing,
  id: number,
  fault: Strike['fault'],
): IssuedIdentity {
  return issueIdentity({
    account: account.identity,
    rawId: account.rawId,
    keyIndex: id,
    now: world.clock.now(),
    deviceIdentity: registration.payload.identity,
    advSecret,
    hosted: account.hosted,
    wrong: isTampering(fault, 'hmac') ? 'hmac' : isTampering(fault, 'signature') ? 'signature' : undefined,
  })
}

function pairSuccess(account: Account, id: number, issued: IssuedIdentity, fault: Strike['fault']): Node {
  const identity = node('device-identity', {}, issued.sealed)
  return node('pair-success', {}, [
    ...(isTampering(fault, 'missing-child') ? [] : [identity]),
    node('platform', { name: account.platform === 'ios' ? 'iphone' : 'android' }),
    node('device', { jid: pnJid(account.digits, id), lid: lidJid(account.lid, id) }),
  ])
}

type Success = readonly [content: Node, id: string, attrs: Readonly<Record<string, string>>]

/** The very same IQ once more. */
function repeat({ line }: Registration, [content, id, attrs]: Success): void {
  line.send(node('iq', { from: S_WHATSAPP_NET, type: 'set', id, ...attrs }, [content]))
}

function takeSignature(
  world: World,
  { account, registration }: Pairing,
  { id, issued, success }: { readonly id: number; readonly issued: IssuedIdentity; readonly success: Success },
  answer: Node,
  linked: { resolve(): void; reject(error: Error): void },
): void {
  const { line, payload, clientKey } = registration
  reach(world, line, 'pair_device_sign', (fault) => {
    const identity = childOf(childOf(answer, 'pair-device-sign'), 'device-identity')
    const keys = { account: account.identity.public, device: payload.identity }
    if (fault?.kind === 'fail') {
      linked.reject(new PhoneError('refused', `the server refused with ${fault.code}`))
      return line.end(node('stream:error', { code: String(fault.code) }))
    }
    if (
      identity?.attrs['key-index'] !== String(id) ||
      !deviceSigned(bytesOf(identity) ?? new Uint8Array(0), issued, keys)
    ) {
      linked.reject(new PhoneError('refused', 'the companion’s signature was wrong'))
      return line.end(node('stream:error', { code: '401' }))
    }
    announceDevice(addDevice(account, id, clientKey, payload), 'add')
    linked.resolve()
    if (fault?.kind === 'disconnect') return line.drop()
    if (isTampering(fault, 'duplicate')) repeat(registration, success)
    if (isTampering(fault, 'companion-reg-refresh')) registration.refreshSecret()
    if (isTampering(fault, 'passkey')) registration.dialogue.notify('passkey_prologue_request', [requestNode()])
    line.end(node('stream:error', { code: '515' }))
  })
}

function refusedBy(answer: Node): PhoneError {
  const error = childOf(answer, 'error')
  return new PhoneError('refused', `the companion refused with ${error?.attrs['code'] ?? 'an error'}`)
}
