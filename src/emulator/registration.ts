// A registration connection: a companion that is not linked yet (docs/protocol.md sections 1 to 5).
import { childOf, type Node, node, S_WHATSAPP_NET } from '../wire/nodes.ts'
import type { RegistrationPayload } from './client-payload.ts'
import { answerHello, type CompanionFinish, takeFinish } from './code-stages.ts'
import type { CodeRequest } from './codes.ts'
import type { Line, Receiver } from './connection.ts'
import { createDialogue, type Dialogue } from './dialogue.ts'
import { digitsOf, parseJid } from './jid.ts'
import type { PasskeyCeremony } from './passkey.ts'
import { PhoneError } from './phone-error.ts'
import { REFS_LIFE_MS, sendPairDevice } from './qr-refs.ts'
import { type Waiting, waitFor } from './waiting.ts'
import type { World } from './world.ts'

const RECHECK_MS = 10_000

export interface Registration {
  readonly line: Line
  readonly dialogue: Dialogue
  /** The client's Noise static key. */
  readonly clientKey: Uint8Array
  readonly payload: RegistrationPayload
  /** The code asked for here, live or not. */
  request: CodeRequest | undefined
  /** The phone that typed it waits for this. */
  finish: Waiting<CompanionFinish | 'passkey'> | undefined
  passkey: PasskeyCeremony | undefined
  /** A phone is linking this companion: one at a time, and the connection stays. */
  linking: boolean
  /** As `waitFor`, and rejects with PhoneError `no-request` when the connection closes. */
  wait<Result>(ms: number, what: string): Waiting<Result>
  /** `companion_reg_refresh`: the companion is to make a new adv secret. */
  refreshSecret(): void
}

export function serveRegistration(
  world: World,
  line: Line,
  client: { readonly key: Uint8Array; readonly payload: RegistrationPayload },
): Receiver & { readonly dialogue: Dialogue; belongsTo(target: string): boolean } {
  const { clock } = world
  const dialogue = createDialogue(line, clock)
  const waits = new Set<Waiting<never>>()
  let refsEnd: unknown

  const registration: Registration = {
    line,
    dialogue,
    clientKey: client.key,
    payload: client.payload,
    request: undefined,
    finish: undefined,
    passkey: undefined,
    linking: false,
    wait<Result>(ms: number, what: string) {
      const waiting = waitFor<Result>(clock, ms, what)
      waits.add(waiting as Waiting<never>)
      const forget = (): void => void waits.delete(waiting as Waiting<never>)
      waiting.promise.then(forget, forget)
      if (line.closed) waiting.reject(gone())
      return waiting
    },
    refreshSecret() {
      dialogue.notify('companion_reg_refresh', [node('companion_reg_refresh')])
    },
  }

  /** A live code, or a phone at work, keeps the connection beyond the end of its refs. */
  const endWithRefs = (): void => {
    const codeLives = registration.request !== undefined && clock.now() <= registration.request.expiresAt
    if (!codeLives && !registration.linking) return line.end(node('xmlstreamend'))
    refsEnd = clock.setTimeout(endWithRefs, RECHECK_MS)
  }

  const takeRequest = (iq: Node): void => {
    const { to, type, xmlns } = iq.attrs
    if (xmlns !== 'md') return dialogue.refuse(iq, { code: 501 })
    if (to !== S_WHATSAPP_NET || (type !== 'get' && type !== 'set')) return dialogue.refuse(iq, { code: 400 })
    const reg = childOf(iq, 'link_code_companion_reg')
    if (reg?.attrs['stage'] === 'companion_hello') return answerHello(world, registration, iq, reg)
    if (reg?.attrs['stage'] === 'companion_finish') return takeFinish(world, registration, iq, reg)
    if (registration.passkey?.takes(iq) === true) return
    dialogue.refuse(iq, { code: 400 })
  }

  sendPairDevice(world, registration)
  refsEnd = clock.setTimeout(endWithRefs, REFS_LIFE_MS)

  return {
    dialogue,
    belongsTo(target) {
      const account = registration.request?.account
      if (account === undefined) return false
      if (!target.includes('@')) return digitsOf(target) === account.digits
      return world.accounts.byJid(target) === account && parseJid(target)?.device === 0
    },
    receive(stanza) {
      if (dialogue.takes(stanza)) return
      if (stanza.tag === 'iq') takeRequest(stanza)
    },
    closed() {
      clock.clearTimeout(refsEnd)
      world.refs.drop(registration)
      dialogue.close()
      for (const waiting of waits) waiting.reject(gone())
    },
  }
}

function gone(): PhoneError {
  return new PhoneError('no-request', 'the companion’s connection closed')
}
