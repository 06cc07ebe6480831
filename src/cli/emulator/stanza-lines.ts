// Pure. The record of stanzas as JSON: bytes as hex, and a number to go on from.
import type { Emulator } from '../../emulator/index.ts'
import type { Node } from '../../wire/nodes.ts'

type Recorded = Emulator['stanzas'][number]

export interface StanzaPage {
  readonly stanzas: readonly {
    readonly number: number
    readonly from: 'client' | 'server'
    readonly node: unknown
  }[]
  /** The `after` that goes on where this page ends. */
  readonly next: number
}

const MOST = 1_000

/** @throws RangeError when `after` or `limit` is no number */
export function stanzasAfter(stanzas: readonly Recorded[], after: string | null, limit: string | null): StanzaPage {
  const from = wholeNumber(after, 'after', 0)
  const most = Math.min(wholeNumber(limit, 'limit', MOST), MOST)
  const page = stanzas.filter(({ number }) => number > from).slice(0, most)
  return {
    stanzas: page.map(({ number, from: who, node }) => ({ number, from: who, node: readable(node) })),
    next: page.at(-1)?.number ?? from,
  }
}

function readable({ tag, attrs, content }: Node): unknown {
  if (content === undefined) return { tag, attrs }
  if (typeof content === 'string') return { tag, attrs, content }
  if (content instanceof Uint8Array) return { tag, attrs, content: { hex: Buffer.from(content).toString('hex') } }
  return { tag, attrs, content: content.map(readable) }
}

function wholeNumber(text: string | null, name: string, fallback: number): number {
  if (text === null) return fallback
  if (!/^\d{1,15}$/.test(text)) throw new RangeError(`${name} must be a whole number`)
  return Number(text)
}
