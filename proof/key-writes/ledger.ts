// What the program said that it began and stored, over all its lives on one store, and whether the store has it.
import type { Said } from '../child.ts'
import type { Look } from '../places.ts'
import { preKeyOf, sequenceIn, WRITERS } from './values.mjs'

export interface Ledger {
  /** Takes in what one life of the program said. */
  note(said: readonly Said[]): void
  /** Throws an Error with what is missing, torn or unheard of. */
  check(look: Look): Promise<void>
  /** Writes that were acknowledged so far. */
  readonly acknowledged: number
}

export function createLedger(): Ledger {
  /** The newest of each writer. */
  const begun = new Map<string, number>()
  const stored = new Map<string, number>()
  const added = new Map<number, 'begun' | 'stored'>()
  const removed = new Map<number, 'begun' | 'stored'>()
  let acknowledged = 0

  const noteOne = ({ type, name = '', seq }: Said): void => {
    if ((type !== 'begun' && type !== 'stored') || typeof seq !== 'number') return
    if (type === 'stored') acknowledged += 1
    if (name === 'added') added.set(seq, type)
    else if (name === 'removed') removed.set(seq, type)
    else (type === 'begun' ? begun : stored).set(name, seq)
  }

  const within = (name: string, found: number): void => {
    const least = stored.get(name) ?? 0
    const most = Math.max(begun.get(name) ?? 0, least)
    if (found < least) throw new Error(`${name}: write ${least} was acknowledged, write ${found} is there`)
    if (found > most) throw new Error(`${name}: write ${found} is there, and only ${most} was begun`)
  }

  /** The next life goes on from what is there. */
  const settle = (name: string, found: number): void => {
    within(name, found)
    begun.set(name, found)
    stored.set(name, found)
  }

  return {
    get acknowledged() {
      return acknowledged
    },
    note(said) {
      for (const one of said) noteOne(one)
    },
    async check({ store }) {
      const listed = new Set((await store.list()).map(({ session }) => session))
      for (const [seq, what] of added) {
        const gone = removed.get(seq)
        const isThere = listed.has(`extra-${seq}`)
        if (what === 'stored' && gone === undefined && !isThere)
          throw new Error(`session ${seq} was added and is not there`)
        if (gone === 'stored' && isThere) throw new Error(`session ${seq} was removed and is there`)
      }
      if (!listed.has('sales')) return within('credentials', 0)
      const { state } = await store.authState('sales')
      settle('credentials', state.creds.accountSyncCounter)
      for (const writer of WRITERS) settle(writer, await sequence(state.keys, writer))
    },
  }
}

type Keys = Awaited<ReturnType<Look['store']['authState']>>['state']['keys']

/** All four keys of a writer are of one write. */
async function sequence(keys: Keys, writer: string): Promise<number> {
  const sessions = await keys.get('session', [`${writer}.one`, `${writer}.two`])
  const senderKeys = await keys.get('sender-key', [writer])
  const preKeys = await keys.get('pre-key', [preKeyOf(writer)])
  const seq = sequenceIn(sessions[`${writer}.one`])
  const others = [sessions[`${writer}.two`], senderKeys[writer] as Uint8Array | undefined].map(sequenceIn)
  const preKey = sequenceIn(preKeys[preKeyOf(writer)]?.private)
  if (others.some((other) => other !== seq) || preKey !== (seq % 5 === 0 ? 0 : seq))
    throw new Error(`${writer}: half of write ${seq} is there (${[...others, preKey].join(', ')})`)
  return seq
}
