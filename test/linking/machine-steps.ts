// The steps that most scenarios take, each by its name in docs/protocol.md.

import type { Effect } from '../../src/linking/machine/state.ts'
import { bytesOf, childOf, type Node } from '../../src/wire/nodes.ts'
import { pairSuccess, type Stanza, type Word } from './account.ts'
import { type Driver, OUR_IDENTITY, PHONE } from './machine-driver.ts'
import { openBundle } from './primary.ts'
import { helloAccepted, type PrimaryHelloParts, pairDevice, primaryHello } from './server-stanzas.ts'

/** From the start to a connection that takes code requests. */
export function ready(driver: Driver, refs?: readonly string[]): Driver {
  driver.feed({ type: 'start' })
  driver.receive(pairDevice(refs))
  return driver
}

/** Lets time pass until there is a new connection, a minute at most; gives the ms that it took. */
export function untilConnected(driver: Driver): number {
  const [before, since] = [count(driver, 'connect'), driver.now]
  while (driver.state.connection.name === 'closed' && driver.now - since < 60_000) driver.advance(500)
  if (driver.state.connection.name === 'closed' && count(driver, 'connect') === before)
    throw new Error('there is no new connection')
  return driver.now - since
}

const REF = Buffer.from('ref of this code')

/** A code on show. */
export function live(driver: Driver, ref: Uint8Array = REF): Driver {
  ready(driver)
  accept(driver, ref)
  return driver
}

export function accept(driver: Driver, ref: Uint8Array = REF): readonly Effect[] {
  return driver.receive(helloAccepted(helloId(driver), ref))
}

/** A phone has answered; our companion_finish is out. */
export function confirming(driver: Driver): Driver {
  live(driver)
  answerAsPhone(driver)
  return driver
}

export function answerAsPhone(driver: Driver, parts: PrimaryHelloParts = {}): readonly Effect[] {
  return driver.receive(primaryHello({ ref: REF, identity: PHONE.identity.public, ...parts }))
}

/** Paired by code; the registration connection is still open. */
export function paired(driver: Driver): Driver {
  confirming(driver)
  driver.receive(proof(driver))
  return driver
}

/** The account's word under the secret that the phone holds. */
export function proof(driver: Driver, changes: Partial<Word> = {}, stanza: Stanza = {}): Node {
  return pairSuccess({ advSecret: phoneSecret(driver), companionIdentity: OUR_IDENTITY.public, ...changes }, stanza)
}

/** The account's word under the secret of the QR code on show. */
export function proofByQr(driver: Driver, stanza: Stanza = {}): Node {
  return pairSuccess({ advSecret: qrSecret(driver), companionIdentity: OUR_IDENTITY.public }, stanza)
}

/** What the phone that answered arrives at: it opens the bundle that was sent to it. */
export function phoneSecret(driver: Driver): Uint8Array {
  const wrapped = bytesOf(childOf(reg(last(finishes(driver))), 'link_code_pairing_wrapped_key_bundle'))
  if (driver.state.code.name !== 'live') throw new Error('no code is live')
  return openBundle(PHONE, driver.state.code.prepared.ephemeral.public, wrapped ?? new Uint8Array()).advSecret
}

/** The third of the keys in the newest QR text. */
export function qrSecret(driver: Driver): Uint8Array {
  const qr = driver.events.findLast((event) => event.type === 'qr')
  return Buffer.from(qr?.data.split('#')[1]?.split(',')[3] ?? '', 'base64')
}

export function qrRef(driver: Driver): string {
  const qr = driver.events.findLast((event) => event.type === 'qr')
  return qr?.data.split('#')[1]?.split(',')[0] ?? ''
}

const reg = (stanza: Node | undefined): Node | undefined => childOf(stanza, 'link_code_companion_reg')

export function hellos(driver: Driver): readonly Node[] {
  return driver.sent.filter((stanza) => reg(stanza)?.attrs['stage'] === 'companion_hello')
}

export function finishes(driver: Driver): readonly Node[] {
  return driver.sent.filter((stanza) => reg(stanza)?.attrs['stage'] === 'companion_finish')
}

export function wrappedKeyOf(hello: Node | undefined): Uint8Array {
  return bytesOf(childOf(reg(hello), 'link_code_pairing_wrapped_companion_ephemeral_pub')) ?? new Uint8Array()
}

export function helloId(driver: Driver): string {
  return last(hellos(driver))?.attrs['id'] ?? ''
}

export function finishId(driver: Driver): string {
  return last(finishes(driver))?.attrs['id'] ?? ''
}

export function last<Item>(items: readonly Item[]): Item | undefined {
  return items.at(-1)
}

export function count(driver: Driver, type: Effect['type']): number {
  return driver.effects.filter(({ effect }) => effect.type === type).length
}

export function types(driver: Driver): readonly string[] {
  return driver.events.map((event) => event.type)
}

/** The error that ended the attempt, and what became of its slot. */
export function failure(driver: Driver) {
  if (driver.outcome?.type !== 'fail')
    throw new Error(`the attempt has not failed: ${driver.outcome?.type ?? 'it goes on'}`)
  const { error, slot } = driver.outcome
  return { code: error.code, status: error.status, retryable: error.retryable, retryAfterMs: error.retryAfterMs, slot }
}

/** Like it, and the attempt must go on. */
export function goesOn(driver: Driver): boolean {
  return driver.outcome === undefined && !driver.state.over
}
