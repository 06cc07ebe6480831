// What became of a device's one-time keys, read from what went over the emulator's lines. Each may be given to one contact
// once: a key that two contacts use costs one of them the first message, and its forward secrecy.
import type { RecordedStanza } from '../../src/emulator/stanza-record.ts'
import { bytesOf, childOf, childrenOf, type Node } from '../../src/wire/nodes.ts'
import { bytesField, decodeMessage, numberField } from '../../src/wire/protobuf.ts'

export interface PreKey {
  readonly id: number
  /** Base64. */
  readonly value: string
}

export interface PreKeyTrail {
  /** Each upload of the device, oldest first. */
  readonly uploads: readonly (readonly PreKey[])[]
  /** Given to whoever asked for a bundle of the device; those of phones are left out. */
  readonly given: readonly PreKey[]
  /** Ids in messages that opened a session: what phones were given. */
  readonly used: readonly number[]
  /** Ids of keys that were uploaded after they had been given or used: the server would give them to somebody else. */
  readonly uploadedAgain: readonly number[]
}

/** How many uploads there were so far. */
export function countUploads(stanzas: readonly RecordedStanza[]): number {
  return stanzas.filter(({ from, node }) => from === 'client' && isUpload(node)).length
}

function isUpload(node: Node): boolean {
  return node.attrs['xmlns'] === 'encrypt' && childOf(node, 'list') !== undefined
}

export function preKeyTrail(stanzas: readonly RecordedStanza[]): PreKeyTrail {
  const uploads: PreKey[][] = []
  const own = new Set<string>()
  const given: PreKey[] = []
  const used = new Map<string, number>()
  const uploadedAgain: number[] = []
  for (const { from, node } of stanzas) {
    if (from === 'client') {
      if (!isUpload(node)) continue
      const keys = childrenOf(childOf(node, 'list')).map(readPreKey)
      const gone = new Set([...given.map(({ id }) => id), ...used.values()])
      uploadedAgain.push(...keys.flatMap(({ id }) => (gone.has(id) ? [id] : [])))
      uploads.push(keys)
      own.add(identityOf(node))
      continue
    }
    for (const user of childrenOf(childOf(node, 'list'))) {
      const key = user.tag === 'user' ? childOf(user, 'key') : undefined
      if (key !== undefined && own.has(identityOf(user))) given.push(readPreKey(key))
    }
    const enc = node.tag === 'message' ? childOf(node, 'enc') : undefined
    if (enc?.attrs['type'] === 'pkmsg') noteUse(used, bytesOf(enc) ?? new Uint8Array())
  }
  return { uploads, given, used: [...used.values()], uploadedAgain }
}

/** What is wrong with the trail, in words; nothing when every key went to one contact at most. */
export function faultsOf({ uploads, given, used, uploadedAgain }: PreKeyTrail): readonly string[] {
  const uploaded = new Map<number, string>()
  const faults: string[] = []
  for (const { id, value } of uploads.flat()) {
    if ((uploaded.get(id) ?? value) !== value) faults.push(`pre-key ${id} was uploaded with two values`)
    uploaded.set(id, value)
  }
  for (const { id, value } of given)
    if (uploaded.get(id) !== value) faults.push(`pre-key ${id} was given and never uploaded`)
  for (const id of twice([...given.map(({ id }) => id), ...used])) faults.push(`pre-key ${id} was given twice`)
  for (const id of uploadedAgain) faults.push(`pre-key ${id} was uploaded again after it was given`)
  for (const value of twice([...uploaded.values()])) faults.push(`two pre-keys have one value (${value.slice(0, 4)}…)`)
  return faults
}

function twice<Value>(values: readonly Value[]): readonly Value[] {
  const seen = new Set<Value>()
  return values.filter((value) => seen.has(value) || !seen.add(value))
}

function identityOf(bundle: Node): string {
  return Buffer.from(bytesOf(childOf(bundle, 'identity')) ?? []).toString('hex')
}

function readPreKey(key: Node): PreKey {
  const id = bytesOf(childOf(key, 'id')) ?? new Uint8Array()
  return {
    id: id.reduce((sum, byte) => sum * 256 + byte, 0),
    value: Buffer.from(bytesOf(childOf(key, 'value')) ?? []).toString('base64'),
  }
}

/**
 * A PreKeySignalMessage: a version byte, then fields; 1 is the pre-key's id, 2 the base key. Until it is answered a phone goes
 * on sending such messages; those of one base key are one session, and used the pre-key once.
 */
function noteUse(used: Map<string, number>, ciphertext: Uint8Array): void {
  const message = decodeMessage(ciphertext.subarray(1))
  const id = numberField(message, 1)
  const session = Buffer.from(bytesField(message, 2) ?? []).toString('hex')
  if (id !== undefined) used.set(session, id)
}
