// The values of one link in use. Reads see every write that was called before; writes that gather while one is on its
// way go to the database together, in order.
import type { AuthenticationCreds } from 'baileys'
import type { Backend, Write } from './backend.ts'
import { unpack } from './codec.ts'
import { refuseOutdated, resealDetails } from './fence.ts'
import type { Seal } from './seal.ts'
import { nextTurn } from './slices.ts'
import { createStoredValues, type LinkContents, type PackedKeys, type ValueChange } from './stored-values.ts'
import type { LinkId, ValueCodec } from './values.ts'

export interface LinkValues {
  /** Undefined when the link has none (any more). */
  readCredentials(): Promise<AuthenticationCreds | undefined>
  writeCredentials(packed: Uint8Array): Promise<void>
  /** Only what exists, unpacked. */
  readKeys(type: string, ids: readonly string[]): Promise<ReadonlyMap<string, unknown>>
  /** Credentials and keys of one moment. Undefined when the link has none (any more). */
  readAll(): Promise<LinkContents | undefined>
  /** Resolves when the keys are durable. */
  writeKeys(keys: PackedKeys): Promise<void>
  clearKeys(): Promise<void>
  /** Resolves when nothing is on its way to the database. Failures were told to who wrote. */
  settled(): Promise<void>
}

interface Pending {
  readonly change: ValueChange
  resolve(): void
  reject(reason: unknown): void
}

export function createLinkValues(backend: Backend, seal: Seal, codec: ValueCodec, of: LinkId): LinkValues {
  const stored = createStoredValues(backend, codec, of)
  const pending: Pending[] = []
  let running: Promise<void> | undefined

  const write = (change: ValueChange): Promise<void> =>
    new Promise((resolve, reject) => {
      pending.push({ change, resolve, reject })
      running ??= run()
    })

  const commit = async (writes: readonly Write[]): Promise<void> => {
    for (;;) {
      const foreign = await backend.change(of.session, (links) => {
        const row = links.find(({ link }) => link === of.link)
        return row === undefined || seal.isCurrent(row.details)
          ? { writes, result: undefined }
          : { writes: [], result: row }
      })
      if (foreign === undefined) return
      await refuseOutdated(seal, backend)
      await resealDetails(backend, seal, foreign)
    }
  }

  const run = async (): Promise<void> => {
    await nextTurn()
    while (pending.length > 0) {
      const batch = [...pending]
      try {
        await commit(await stored.writesOf(batch.map(({ change }) => change)))
        for (const { resolve } of batch) resolve()
      } catch (thrown) {
        for (const { reject } of batch) reject(thrown)
      } finally {
        pending.splice(0, batch.length)
      }
    }
    running = undefined
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
      return stored.readCredentials()
    },
    writeCredentials: (packed) => write({ type: 'credentials', packed }),
    async readKeys(type, ids) {
      if (pending.length === 0) return stored.readKeys(type, ids)
      const newest = new Map(ids.map((id) => [id, onItsWay(type, id)]))
      const rest = [...newest.keys()].filter((id) => newest.get(id) === undefined)
      const found = new Map(rest.length === 0 ? [] : await stored.readKeys(type, rest))
      for (const [id, packed] of newest) if (packed) found.set(id, unpack(packed))
      return found
    },
    async readAll() {
      // A write of nothing is done when all before it are. Should they fail, who wrote them was told.
      if (pending.length > 0) await Promise.allSettled([write({ type: 'keys', keys: new Map() })])
      return stored.readAll()
    },
    writeKeys: (keys) => write({ type: 'keys', keys }),
    clearKeys: () => write({ type: 'clear' }),
    settled: async () => running,
  }
}
