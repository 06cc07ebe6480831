// The refs that QR codes carry: six for each registration connection, handed out by `pair-device`, each with its time
// (docs/protocol.md section 2).
import { randomBytes } from 'node:crypto'
import { type Node, node, S_WHATSAPP_NET } from '../wire/nodes.ts'
import { PhoneError } from './phone-error.ts'
import type { Registration } from './registration.ts'
import { edgeRouting, failureNode } from './server-words.ts'
import { isTampering, reach, type World } from './world.ts'

const REFS = 6
const FIRST_MS = 60_000
const LATER_MS = 20_000
/** How long the six live together. */
export const REFS_LIFE_MS = FIRST_MS + (REFS - 1) * LATER_MS

export interface QrRefs {
  add(ref: string, of: Registration, expiresAt: number): void
  /** Forgets the refs of a connection: they are over. */
  drop(of: Registration): void
  /** The open connection that a ref belongs to. Throws PhoneError expired. */
  find(ref: string): Registration
}

export function createQrRefs(now: () => number): QrRefs {
  const refs = new Map<string, { readonly registration: Registration; readonly expiresAt: number }>()
  return {
    add(ref, registration, expiresAt) {
      refs.set(ref, { registration, expiresAt })
    },
    drop(of) {
      for (const [ref, { registration }] of refs) if (registration === of) refs.delete(ref)
    },
    find(ref) {
      const found = refs.get(ref)
      if (found === undefined || now() > found.expiresAt)
        throw new PhoneError('expired', 'the QR code is over: scan the one that is shown now')
      return found.registration
    },
  }
}

/** Hands out six refs; the first lives 60 s, each later one 20 s more. */
export function sendPairDevice(world: World, registration: Registration): void {
  reach(world, registration.line, 'pair_device', (fault) => {
    if (fault?.kind === 'fail' && fault.as === 'failure') return registration.line.end(failureNode(fault))
    if (fault?.kind === 'fail' || fault?.kind === 'disconnect') return registration.line.drop()
    const texts = Array.from({ length: REFS }, () => `2@${randomBytes(64).toString('base64')}`)
    const now = world.clock.now()
    for (const [index, ref] of texts.entries()) world.refs.add(ref, registration, now + FIRST_MS + index * LATER_MS)
    const shown = isTampering(fault, 'ref') ? texts.map((ref) => ref.toLowerCase()) : texts
    const refs = isTampering(fault, 'missing-child') ? [] : shown
    const sent = pairDevice(refs)
    const attrs = { xmlns: 'md' }
    const id = registration.dialogue.ask(sent, attrs, () => {})
    if (isTampering(fault, 'duplicate'))
      registration.line.send(node('iq', { from: S_WHATSAPP_NET, type: 'set', id, ...attrs }, [sent]))
    if (isTampering(fault, 'companion-reg-refresh')) registration.refreshSecret()
    if (world.routesUnlinked) registration.line.send(edgeRouting())
  })
}

function pairDevice(refs: readonly string[]): Node {
  return node(
    'pair-device',
    {},
    refs.map((ref) => node('ref', {}, Buffer.from(ref))),
  )
}
