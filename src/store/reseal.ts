// Sealing anew what a previous key sealed, a slice at a time, while the store is in use. Every slice stands for itself:
// it can be the last one before a crash, and any number of processes may be at it.
import { StoreError } from '../errors.ts'
import type { Backend, LinkRow, ValueRow, Write } from './backend.ts'
import { refuseOutdated, resealDetails } from './fence.ts'
import { openDetails } from './links.ts'
import type { Seal } from './seal.ts'
import { nextTurn } from './slices.ts'
import type { ValueCodec } from './values.ts'

/** Values in one transaction, which others wait for. */
const SLICE = 100
/** Values that are opened and sealed in one turn of the event loop. */
const TURN = 25

export interface Resealing {
  readonly backend: Backend
  readonly seal: Seal
  readonly codec: ValueCodec
  /** Asked before every slice. */
  readonly goOn: () => boolean
}

export interface Pass {
  /** What was sealed with a previous key when the pass came by. */
  readonly found: number
  /** Damaged, or sealed with a key that is not here: left as it is. No key of this store opens it. */
  readonly unreadable: number
}

/**
 * Once through the whole store; undefined when it was told to stop. Details first: see fence.ts.
 * @throws StoreError wrong-key when yet another key came
 */
export async function resealOnce(work: Resealing): Promise<Pass | undefined> {
  let pass: Pass = { found: 0, unreadable: 0 }
  const { backend, seal, goOn } = work
  const rows = await backend.readLinks()
  await refuseOutdated(seal, backend)
  for (const row of shuffled(rows)) {
    if (!goOn()) return undefined
    pass = sum(pass, await resealRow(work, row))
    let after: Uint8Array | undefined
    do {
      if (!goOn()) return undefined
      const slice = await backend.scanValues(row.link, after, SLICE)
      pass = sum(pass, await resealValues(work, row, slice))
      after = slice.length < SLICE ? undefined : slice.at(-1)?.lookup
      await nextTurn()
    } while (after !== undefined)
  }
  return pass
}

/** Processes that do the same work at the same time begin at different ends. */
function shuffled(rows: readonly LinkRow[]): readonly LinkRow[] {
  return rows
    .map((row) => ({ row, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ row }) => row)
}

async function resealRow({ backend, seal }: Resealing, row: LinkRow): Promise<Pass> {
  if (seal.isCurrent(row.details)) return counted(0, 0)
  try {
    await resealDetails(backend, seal, row)
    return counted(1, 0)
  } catch (thrown) {
    // Damaged, or of a key that is not here: of another change of the key, which the next look at the check value tells.
    if (thrown instanceof StoreError && isUnreadable(seal, row)) return counted(0, 1)
    throw thrown
  }
}

/** Written only while the link is ours: see fence.ts. */
async function resealValues(work: Resealing, row: LinkRow, slice: readonly ValueRow[]): Promise<Pass> {
  const { backend, seal, codec } = work
  const old = slice.filter(({ value }) => !seal.isCurrent(value))
  const swaps: Write[] = []
  for (const [index, { lookup, value }] of old.entries()) {
    const sealed = unlessUnreadable(() => codec.resealed(row, lookup, value))
    if (sealed !== undefined) swaps.push({ type: 'swap-value', link: row.link, lookup, old: value, value: sealed })
    if (index % TURN === TURN - 1) await nextTurn()
  }
  if (swaps.length > 0)
    await backend.change(row.session, (links) => {
      const now = links.find(({ link }) => link === row.link)
      return { writes: now !== undefined && seal.isCurrent(now.details) ? swaps : [], result: undefined }
    })
  return counted(swaps.length, old.length - swaps.length)
}

function isUnreadable(seal: Seal, row: LinkRow): boolean {
  return unlessUnreadable(() => openDetails(seal, row)) === undefined
}

/** One value that nobody can read any more keeps no other from being sealed anew. */
function unlessUnreadable<T>(open: () => T): T | undefined {
  try {
    return open()
  } catch (thrown) {
    if (thrown instanceof StoreError) return undefined
    throw thrown
  }
}

function counted(found: number, unreadable: number): Pass {
  return { found, unreadable }
}

function sum(a: Pass, b: Pass): Pass {
  return counted(a.found + b.found, a.unreadable + b.unreadable)
}
