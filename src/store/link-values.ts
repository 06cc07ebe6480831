// The values of one link in use. Reads see every write that was called before; writes that gather while one is on its
// way go to the database together, in order.
import type { AuthenticationCreds } from 'baileys'
import type { Backend, Write } from './backend.ts'
import { unpack } from './codec.ts'
import { findPreKey, preKeyIds, preKeyNumber } from './pre-key-block.ts'
import type { LinkId, ValueCodec } from './values.ts'

/** type → id → packed value; null: deleted. */
export type PackedKeys = ReadonlyMap<string, ReadonlyMap<string, Uint8Array | null>>

export interface LinkValues {
  /** Undefined when the link has none (any more). */
  readCredentials(): Promise<AuthenticationCreds | undefined>
  writeCredentials(packed: Uint8Array): Promise<void>
  /** Only what exists, unpacked. */
  readKeys(type: string, ids: readonly string[]): Promise<ReadonlyMap<string, unknown>>
  /** Resolves when the keys are durable. */
  writeKeys(keys: PackedKeys): Promise<void>
  clearKeys(): Promise<void>
  /** Resolves when nothing is on its way to the database. Failures were told to who wrote. */
  settled(): Promise<void>
}

type Change =
  | { readonly type: 'credentials'; readonly packed: Uint8Array }
  | { readonly type: 'keys'; readonly keys: PackedKeys }
  | { readonly type: 'clear' }

interface Pending {
  readonly change: Change
  resolve(): void
  reject(reason: unknown): void
}

/** Bound at load: tests that replace the timers later do not stop the store. */
const soon = setImmediate
const nextTurn = (): Promise<void> => new Promise((resolve) => soon(resolve))

/** Values sealed in one turn: about 1 ms. */
const SLICE = 100

export function createLinkValues(backend: Backend, codec: ValueCodec, of: LinkId): LinkValues {
  const pending: Pending[] = []
  let running: Promise<void> | undefined

  const write = (change: Change): Promise<void> =>
    new Promise((resolve, reject) => {
      pending.push({ change, resolve, reject })
      running ??= run()
    })

  const run = async (): Promise<void> => {
    await nextTurn()
    while (pending.length > 0) {
      const batch = [...pending]
      try {
        await backend.commit(await writesOf(batch.map(({ change }) => change)))
        for (const { resolve } of batch) resolve()
      } catch (thrown) {
        for (const { reject } of batch) reject(thrown)
      } finally {
        pending.splice(0, batch.length)
      }
    }
    running = undefined
  }

  const writesOf = async (changes: readonly Change[]): Promise<readonly Write[]> => {
    const inBlock = new Set(changes.some(usesUpPreKeys) ? await blockIds() : [])
    const writes: Write[] = []
    for (const change of changes) {
      if (change.type === 'keys') {
        for (const key of eachKey(change.keys)) {
          writes.push(writeOf(key, inBlock))
          if (writes.length % SLICE === 0) await nextTurn()
        }
      } else if (change.type === 'credentials') {
        const lookup = codec.credentialsLookup(of)
        writes.push({ type: 'put-value', link: of.link, lookup, value: codec.sealCredentials(of, change.packed) })
      } else {
        writes.push({ type: 'drop-values', link: of.link, except: codec.credentialsLookup(of) })
        inBlock.clear()
      }
    }
    return writes
  }

  const writeOf = ({ type, id, packed }: NamedKey, inBlock: ReadonlySet<number>): Write => {
    const { link } = of
    const lookup = codec.keyLookup(of, type, id)
    const stays = packed === null && type === 'pre-key' && inBlock.has(preKeyNumber(id) ?? -1)
    if (packed === null && !stays) return { type: 'drop-value', link, lookup }
    return { type: 'put-value', link, lookup, value: codec.sealKey(of, lookup, { type, id, packed }) }
  }

  const readBlock = async (): Promise<Buffer | undefined> => {
    const [sealed] = await backend.readValues(of.link, [codec.preKeyBlockLookup(of)])
    return sealed === undefined ? undefined : codec.openPreKeyBlock(of, sealed)
  }

  const blockIds = async (): Promise<readonly number[]> => {
    const block = await readBlock()
    return block === undefined ? [] : preKeyIds(block)
  }

  /** `packed` of the newest write on its way: null when it deletes, undefined when none touches the key. */
  const onItsWay = (type: string, id: string): Uint8Array | null | undefined => {
    for (const { change } of pending.toReversed()) {
      if (change.type === 'clear') return null
      const packed = change.type === 'keys' ? change.keys.get(type)?.get(id) : undefined
      if (packed !== undefined) return packed
    }
    return undefined
  }

  return {
    async readCredentials() {
      for (const { change } of pending.toReversed())
        if (change.type === 'credentials') return unpack(change.packed) as AuthenticationCreds
      const [sealed] = await backend.readValues(of.link, [codec.credentialsLookup(of)])
      return sealed === undefined ? undefined : codec.openCredentials(of, sealed)
    },
    writeCredentials: (packed) => write({ type: 'credentials', packed }),
    async readKeys(type, ids) {
      const found = new Map<string, unknown>()
      const stored: string[] = []
      for (const id of ids) {
        const packed = onItsWay(type, id)
        if (packed === undefined) stored.push(id)
        else if (packed !== null) found.set(id, unpack(packed))
      }
      if (stored.length === 0) return found
      const lookups = stored.map((id) => codec.keyLookup(of, type, id))
      const rows = await backend.readValues(of.link, lookups)
      const inBlock: { readonly id: string; readonly number: number }[] = []
      for (const [index, id] of stored.entries()) {
        const row = rows[index]
        const number = type === 'pre-key' ? preKeyNumber(id) : undefined
        if (row === undefined) {
          if (number !== undefined) inBlock.push({ id, number })
          continue
        }
        const { packed } = codec.openKey(of, lookups[index] as Buffer, row)
        if (packed !== null) found.set(id, unpack(packed))
      }
      const block = inBlock.length === 0 ? undefined : await readBlock()
      if (block === undefined) return found
      for (const { id, number } of inBlock) {
        const keyPair = findPreKey(block, number)
        if (keyPair !== undefined) found.set(id, keyPair)
      }
      return found
    },
    writeKeys: (keys) => write({ type: 'keys', keys }),
    clearKeys: () => write({ type: 'clear' }),
    settled: async () => running,
  }
}

interface NamedKey {
  readonly type: string
  readonly id: string
  readonly packed: Uint8Array | null
}

function* eachKey(keys: PackedKeys): Generator<NamedKey> {
  for (const [type, values] of keys) for (const [id, packed] of values) yield { type, id, packed }
}

function usesUpPreKeys(change: Change): boolean {
  return change.type === 'keys' && [...(change.keys.get('pre-key')?.values() ?? [])].includes(null)
}
