// A recorded stanza as the server would send it to this attempt, now: with its ids, its refs, its secret.
import { createHmac } from 'node:crypto'
import { proto } from 'baileys/WAProto/index.js'
import { bytesOf, childOf, type Node } from '../../src/wire/nodes.ts'
import { sealedIdentity } from '../../test/linking/account.ts'
import type { Attempt } from './attempt.ts'
import type { Draw } from './draw.ts'
import type { StanzaKind } from './inputs.ts'
import { type Recorded, TEMPLATES } from './recorded.ts'

export function validStanza(kind: StanzaKind, recorded: Recorded, attempt: Attempt, draw: Draw): Node {
  const template = draw.pick(TEMPLATES.get(kind) ?? [])
  return fitted(kind, template, recorded, attempt)
}

function fitted(kind: StanzaKind, template: Node, recorded: Recorded, attempt: Attempt): Node {
  const { state } = attempt
  switch (kind) {
    case 'hello accepted':
    case 'hello refused':
      return withId(template, state.code.name === 'asking' ? state.code.iqId : attempt.helloId)
    case 'finish answered':
      return withId(template, attempt.finishId)
    case 'ceremony answered':
      return withId(template, state.passkey.name === 'idle' ? undefined : state.passkey.asked.at(-1)?.id)
    case 'primary_hello':
    case 'refresh_code':
      return state.code.name === 'live' ? withRef(template, state.code.ref) : template
    case 'pair-success':
      return resealed(recorded.pairSuccess ?? template, state.advSecret)
    default:
      return template
  }
}

function withId(stanza: Node, id: string | undefined): Node {
  return id === undefined ? stanza : { ...stanza, attrs: { ...stanza.attrs, id } }
}

/** The same stanza with other content at this path of tags. */
function withContent(stanza: Node, path: readonly string[], content: Node['content']): Node {
  const [tag, ...rest] = path
  if (tag === undefined)
    return content === undefined ? { tag: stanza.tag, attrs: stanza.attrs } : { ...stanza, content }
  if (!Array.isArray(stanza.content)) return stanza
  const children = stanza.content as readonly Node[]
  return { ...stanza, content: children.map((one) => (one.tag === tag ? withContent(one, rest, content) : one)) }
}

function withRef(stanza: Node, ref: Uint8Array): Node {
  return withContent(stanza, ['link_code_companion_reg', 'link_code_pairing_ref'], ref)
}

const IDENTITY = ['pair-success', 'device-identity']

/** The account's word under the secret that is in force now. The signature below it is the recorded one. */
function resealed(stanza: Node, advSecret: Uint8Array): Node {
  const { details } = proto.ADVSignedDeviceIdentityHMAC.decode(identityOf(stanza))
  return withContent(stanza, IDENTITY, sealed(details ?? new Uint8Array(), advSecret))
}

function identityOf(stanza: Node): Uint8Array {
  return bytesOf(childOf(childOf(stanza, 'pair-success'), 'device-identity')) ?? new Uint8Array()
}

function sealed(details: Uint8Array, advSecret: Uint8Array): Uint8Array {
  return sealedIdentity({ advSecret, companionIdentity: new Uint8Array() }, details)
}

/** One thing of the proof is wrong, or merely odd, below a seal that is right, or the seal itself. */
export function mutatedProof(stanza: Node, advSecret: Uint8Array, draw: Draw): Node {
  const outer = proto.ADVSignedDeviceIdentityHMAC.decode(identityOf(stanza))
  const details = outer.details ?? new Uint8Array()
  const way = draw.number(8)
  if (way === 0) return withContent(stanza, IDENTITY, flipped(identityOf(stanza), draw))
  if (way === 1) return withContent(stanza, IDENTITY, sealed(flipped(details, draw), advSecret))
  if (way === 2) return withContent(stanza, IDENTITY, sealed(details, draw.bytes(32)))
  if (way === 3)
    return withContent(stanza, IDENTITY, sealed(details.subarray(0, draw.number(details.length)), advSecret))
  const signed = proto.ADVSignedDeviceIdentity.decode(details)
  if (way === 4) signed.accountSignature = draw.chance(0.5) ? draw.bytes(64) : new Uint8Array(draw.number(66))
  if (way === 5) signed.accountSignatureKey = draw.chance(0.5) ? new Uint8Array(32) : draw.bytes(draw.number(34))
  if (way === 6) signed.details = flipped(signed.details ?? new Uint8Array(), draw)
  if (way === 7) return withContent(stanza, IDENTITY, hosted(details, advSecret))
  return withContent(stanza, IDENTITY, sealed(proto.ADVSignedDeviceIdentity.encode(signed).finish(), advSecret))
}

/** Sealed as for a hosted account: the HMAC has a prefix. */
function hosted(details: Uint8Array, advSecret: Uint8Array): Uint8Array {
  const hmac = createHmac('sha256', advSecret)
    .update(Buffer.from([6, 5]))
    .update(details)
    .digest()
  return proto.ADVSignedDeviceIdentityHMAC.encode({ details, hmac, accountType: 1 }).finish()
}

function flipped(bytes: Uint8Array, draw: Draw): Uint8Array {
  const changed = Uint8Array.from(bytes)
  const at = draw.number(changed.length || 1)
  changed[at] = (changed[at] ?? 0) ^ (1 << draw.number(8))
  return changed
}
