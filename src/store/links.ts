// A link as rows: sealed details, credentials, pre-keys and keys of one act of linking.
import { randomBytes } from 'node:crypto'
import type { AuthenticationCreds } from 'baileys'
import type { KeyPair } from '../wire/bridge.ts'
import type { LinkRow, Write } from './backend.ts'
import { pack } from './codec.ts'
import type { SessionInfo } from './contract.ts'
import { stateOf } from './life-cycle.ts'
import { packPreKeys } from './pre-key-block.ts'
import { splitPreKeys } from './pre-key-buckets.ts'
import type { Seal } from './seal.ts'
import { collected } from './slices.ts'
import { bucketRow, type PackedKeys } from './stored-values.ts'
import type { LinkId, ValueCodec } from './values.ts'

/** What is known of a link before it has a row. */
export interface NewLink {
  readonly session: string
  /** '' where nobody told it: Baileys' credentials do not hold it. */
  readonly deviceName: string
  readonly credentials: AuthenticationCreds
  readonly preKeys?: readonly { readonly id: number; readonly keyPair: KeyPair }[]
  readonly keys?: PackedKeys
  readonly createdAt: number
  /** `firstUnuploadedPreKeyId` when the account was paired: a login was seen once it has moved. */
  readonly pairedPreKeyId: number
  readonly confirmed: boolean
  /** ms since the epoch; left out where no login was seen from here. */
  readonly lastOnlineAt?: number
}

/** The sealed part of a link's row. */
export interface LinkDetails {
  readonly jid: string
  readonly lid?: string
  readonly deviceName: string
  readonly pairedPreKeyId: number
}

export function linkDetails(credentials: AuthenticationCreds, deviceName: string, pairedPreKeyId: number): LinkDetails {
  const { id, lid } = credentials.me ?? { id: '' }
  return { jid: id, ...(lid ? { lid } : {}), deviceName, pairedPreKeyId }
}

export function sealDetails(seal: Seal, of: LinkId, details: LinkDetails): Buffer {
  return seal.seal(Buffer.from(JSON.stringify(details), 'utf8'), detailsPlace(of))
}

export function openDetails(seal: Seal, row: LinkRow): LinkDetails {
  return JSON.parse(seal.open(row.details, detailsPlace(row)).toString('utf8')) as LinkDetails
}

function detailsPlace(of: LinkId): string {
  return `details\0${of.session}\0${of.link}`
}

export function infoOf(seal: Seal, row: LinkRow): SessionInfo {
  const { jid, lid, deviceName } = openDetails(seal, row)
  return {
    session: row.session,
    state: stateOf(row),
    jid,
    ...(lid === undefined ? {} : { lid }),
    deviceName,
    createdAt: new Date(row.createdAt),
    ...(row.lastOnlineAt === null ? {} : { lastOnlineAt: new Date(row.lastOnlineAt) }),
  }
}

export interface SealedLink {
  readonly row: LinkRow
  readonly values: readonly Write[]
}

/** The row of a new link, and its values, sealed and ready to be written. Throws before anything is written. */
export function sealedLink(seal: Seal, codec: ValueCodec, fresh: NewLink): SealedLink {
  const of = newLinkId(fresh.session)
  return { row: sealedRow(seal, of, fresh), values: [...sealedValues(codec, of, fresh)] }
}

/** The same for a link with tens of thousands of keys: the event loop runs in between. */
export async function sealedLargeLink(seal: Seal, codec: ValueCodec, fresh: NewLink): Promise<SealedLink> {
  const of = newLinkId(fresh.session)
  return { row: sealedRow(seal, of, fresh), values: await collected(sealedValues(codec, of, fresh)) }
}

function newLinkId(session: string): LinkId {
  return { session, link: randomBytes(6).readUIntBE(0, 6) }
}

function* sealedValues(codec: ValueCodec, of: LinkId, fresh: NewLink): Generator<Write> {
  const { link } = of
  const lookup = codec.credentialsLookup(of)
  yield { type: 'put-value', link, lookup, value: codec.sealCredentials(of, pack(fresh.credentials)) }
  if (fresh.preKeys !== undefined && fresh.preKeys.length > 0) {
    const value = codec.sealPreKeyBlock(of, packPreKeys(fresh.preKeys))
    yield { type: 'put-value', link, lookup: codec.preKeyBlockLookup(of), value }
  }
  for (const [type, values] of fresh.keys ?? []) {
    const { buckets, single } = type === 'pre-key' ? splitPreKeys(values) : { buckets: [], single: values }
    for (const bucket of buckets) yield bucketRow(codec, of, bucket)
    for (const [id, packed] of single) {
      if (packed === null) continue
      const lookup = codec.keyLookup(of, type, id)
      yield { type: 'put-value', link, lookup, value: codec.sealKey(of, lookup, { type, id, packed }) }
    }
  }
}

function sealedRow(seal: Seal, of: LinkId, fresh: NewLink): LinkRow {
  const details = linkDetails(fresh.credentials, fresh.deviceName, fresh.pairedPreKeyId)
  return {
    link: of.link,
    session: fresh.session,
    listed: true,
    confirmed: fresh.confirmed,
    ended: null,
    kept: true,
    createdAt: fresh.createdAt,
    lastOnlineAt: fresh.lastOnlineAt ?? null,
    archivedAt: null,
    replaced: null,
    details: sealDetails(seal, of, details),
  }
}
