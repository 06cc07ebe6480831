// The server's part of linking by code: the companion's hello and finish, and what goes to it in between
// (docs/protocol.md sections 3 and 4).
import { randomBytes } from 'node:crypto'
import { bytesOf, childOf, type Node, node } from '../wire/nodes.ts'
import { flipped } from './certificate.ts'
import { sameBytes } from './client-payload.ts'
import { CODE_LIFE_MS, type CodeRequest } from './codes.ts'
import { readCompanionHello } from './companion-hello.ts'
import type { Refusal, Strike } from './faults.ts'
import { PhoneError } from './phone-error.ts'
import { WRAPPED_BUNDLE_BYTES } from './primary.ts'
import type { Registration } from './registration.ts'
import type { Waiting } from './waiting.ts'
import { isTampering, reach, type World } from './world.ts'

/** How long the phone waits for the companion's answer. */
const FINISH_LIMIT_MS = 60_000

export interface PrimaryHello {
  readonly wrappedEphemeral: Uint8Array
  readonly identity: Uint8Array
}

export interface CompanionFinish {
  readonly wrappedBundle: Uint8Array
  readonly identity: Uint8Array
  /** The server asks for a passkey now. */
  readonly passkey: boolean
}

export function answerHello(world: World, registration: Registration, iq: Node, reg: Node): void {
  const { dialogue, line } = registration
  reach(world, line, 'companion_hello', (fault) => {
    if (fault?.kind === 'disconnect') return line.drop()
    if (fault?.kind === 'fail') return dialogue.refuse(iq, fault)
    const hello = readCompanionHello(reg)
    const account = hello && world.accounts.byDigits(hello.digits)
    if (hello === undefined || account === undefined || !sameBytes(hello.noiseKey, registration.clientKey))
      return dialogue.refuse(iq, { code: 400 })
    if (!world.throttle.allows(hello.digits)) return dialogue.refuse(iq, { code: 400 })
    const request: CodeRequest = {
      account,
      registration,
      ref: Buffer.from(`3@${randomBytes(48).toString('base64')}`),
      display: hello.display,
      wrappedEphemeral: hello.wrappedEphemeral,
      expiresAt: world.clock.now() + CODE_LIFE_MS,
      over: undefined,
    }
    registration.request = request
    world.codes.open(request)
    answerWithRef(registration, iq, request.ref, fault)
    if (isRefresh(fault)) return refreshCode(request, fault)
    if (isTampering(fault, 'companion-reg-refresh')) registration.refreshSecret()
    if (isTampering(fault, 'passkey')) return world.linkByPasskey(request)
    if (hello.push) world.prompt(account, hello.display)
  })
}

function answerWithRef({ dialogue }: Registration, iq: Node, ref: Uint8Array, fault: Strike['fault']): void {
  const told = isTampering(fault, 'ref') ? flipped(ref) : ref
  const children = isTampering(fault, 'missing-child') ? [] : [node('link_code_pairing_ref', {}, told)]
  const answer = [node('link_code_companion_reg', { stage: 'companion_hello' }, children)]
  dialogue.answer(iq, answer)
  if (isTampering(fault, 'duplicate')) dialogue.answer(iq, answer)
}

/**
 * Takes the phone's answer to the companion, and the companion's answer back; 'passkey' when the server asks for one
 * instead. Rejects with PhoneError.
 */
export function sendPrimaryHello(
  world: World,
  request: CodeRequest,
  hello: PrimaryHello,
): Promise<CompanionFinish | 'passkey'> {
  const { registration } = request
  const waiting = registration.wait<CompanionFinish | 'passkey'>(FINISH_LIMIT_MS, 'the companion did not answer')
  registration.finish = waiting
  reach(world, registration.line, 'primary_hello', (fault) => {
    if (fault?.kind === 'disconnect') return registration.line.drop()
    if (fault?.kind === 'fail') return waiting.reject(refused(fault))
    if (isRefresh(fault)) {
      refreshCode(request, fault)
      return waiting.reject(new PhoneError('expired', 'the server took the code back'))
    }
    if (isTampering(fault, 'passkey')) {
      notifyHello(request, [])
      return waiting.resolve('passkey')
    }
    if (isTampering(fault, 'companion-reg-refresh')) registration.refreshSecret()
    const children = isTampering(fault, 'missing-child') ? [] : helloNodes(request, hello, isTampering(fault, 'ref'))
    notifyHello(request, children)
    if (!isTampering(fault, 'duplicate')) return
    registration.finish = lastOfTwo(world, waiting)
    notifyHello(request, children)
  })
  return waiting.promise
}

/** Answered twice, the companion holds the secret of its second answer: the phone waits a second for that one. */
function lastOfTwo<Finish>(world: World, waiting: Waiting<Finish>): Waiting<Finish> {
  let first: Finish | undefined
  return {
    ...waiting,
    resolve(finish) {
      if (first !== undefined) return waiting.resolve(finish)
      first = finish
      world.clock.setTimeout(() => waiting.resolve(finish), 1_000)
    },
  }
}

function helloNodes(request: CodeRequest, hello: PrimaryHello, wrongRef: boolean): readonly Node[] {
  return [
    node('link_code_pairing_wrapped_primary_ephemeral_pub', {}, hello.wrappedEphemeral),
    node('primary_identity_pub', {}, hello.identity),
    node('link_code_pairing_ref', {}, wrongRef ? flipped(request.ref) : request.ref),
  ]
}

/** What comes when a person opens Linked devices while a companion waits: a notification without keys. */
export function notifyHello({ registration }: CodeRequest, children: readonly Node[]): void {
  registration.dialogue.notify('link_code_companion_reg', [
    node('link_code_companion_reg', { stage: 'primary_hello' }, children),
  ])
}

export function takeFinish(world: World, registration: Registration, iq: Node, reg: Node): void {
  const { dialogue, line } = registration
  reach(world, line, 'companion_finish', (fault) => {
    const { finish: waiting, request } = registration
    if (fault?.kind === 'disconnect') return line.drop()
    if (fault?.kind === 'fail') {
      dialogue.refuse(iq, fault)
      return waiting?.reject(refused(fault))
    }
    const finish = readFinish(reg, request, isTampering(fault, 'passkey'))
    if (finish === undefined || request === undefined || waiting === undefined) {
      dialogue.refuse(iq, { code: 400 })
      return waiting?.reject(new PhoneError('refused', 'the companion’s answer was malformed'))
    }
    dialogue.answer(iq)
    if (isTampering(fault, 'duplicate')) dialogue.answer(iq)
    if (isRefresh(fault)) {
      refreshCode(request, fault)
      return waiting.reject(new PhoneError('expired', 'the server took the code back'))
    }
    if (isTampering(fault, 'companion-reg-refresh')) registration.refreshSecret()
    waiting.resolve(finish)
  })
}

/** The account, the ref and the sizes must be right; the phone looks at the rest. */
function readFinish(reg: Node, request: CodeRequest | undefined, passkey: boolean): CompanionFinish | undefined {
  const wrappedBundle = bytesOf(childOf(reg, 'link_code_pairing_wrapped_key_bundle'))
  const identity = bytesOf(childOf(reg, 'companion_identity_public'))
  if (request === undefined || !sameBytes(bytesOf(childOf(reg, 'link_code_pairing_ref')), request.ref)) return undefined
  if (reg.attrs['jid'] !== `${request.account.digits}@s.whatsapp.net`) return undefined
  if (wrappedBundle?.length !== WRAPPED_BUNDLE_BYTES || identity?.length !== 32) return undefined
  return { wrappedBundle, identity, passkey }
}

/** The server takes the code back, and the phone is told; with `refresh-manual` the person has to ask for a new one. */
export function refreshCode(request: CodeRequest, fault: Strike['fault']): void {
  request.over = 'expired'
  request.registration.dialogue.notify('link_code_companion_reg', [
    node(
      'link_code_companion_reg',
      { stage: 'refresh_code', ...(isTampering(fault, 'refresh-manual') && { force_manual_refresh: 'true' }) },
      [node('link_code_pairing_ref', {}, request.ref)],
    ),
  ])
}

export function isRefresh(fault: Strike['fault']): boolean {
  return isTampering(fault, 'refresh') || isTampering(fault, 'refresh-manual')
}

function refused({ code }: Refusal): PhoneError {
  return new PhoneError('refused', `the server refused with ${code}`)
}
