// What the emulator's record says of codes and accounts: the other side's word, against which a link's is held.
import type { Emulator } from '../../src/emulator/index.ts'
import { childOf, type Node } from '../../src/wire/nodes.ts'

export interface Witness {
  /** Reads what was recorded since; `now`: ms of the schedule. */
  look(now: number): void
  /** How many codes of this number WhatsApp has accepted. */
  accepted(digits: string): number
  /** ms at which these were asked for, in order. */
  askedAt(digits: string): readonly number[]
  /** Whether the account has given its word for this device. */
  hasProven(jid: string): boolean
}

export function watchRecord({ stanzas }: Pick<Emulator, 'stanzas'>): Witness {
  /** By IQ id: the number and the time of a request that is out. */
  const open = new Map<string, { readonly digits: string; readonly at: number }>()
  const accepted = new Map<string, number[]>()
  const proven = new Set<string>()
  let read = 0

  const fromClient = (stanza: Node, at: number): void => {
    const reg = childOf(stanza, 'link_code_companion_reg')
    if (reg?.attrs['stage'] !== 'companion_hello') return
    open.set(stanza.attrs['id'] ?? '', { digits: reg.attrs['jid']?.split('@')[0] ?? '', at })
  }

  const fromServer = (stanza: Node): void => {
    const device = childOf(childOf(stanza, 'pair-success'), 'device')?.attrs['jid']
    if (device !== undefined) proven.add(device)
    const asked = open.get(stanza.attrs['id'] ?? '')
    if (asked === undefined || stanza.attrs['type'] !== 'result') return
    if (childOf(childOf(stanza, 'link_code_companion_reg'), 'link_code_pairing_ref') === undefined) return
    open.delete(stanza.attrs['id'] ?? '')
    accepted.set(asked.digits, [...(accepted.get(asked.digits) ?? []), asked.at])
  }

  return {
    look(now) {
      for (const { number, from, node } of stanzas) {
        if (number <= read) continue
        read = number
        if (from === 'client') fromClient(node, now)
        else fromServer(node)
      }
    },
    accepted: (digits) => accepted.get(digits)?.length ?? 0,
    askedAt: (digits) => accepted.get(digits) ?? [],
    hasProven: (jid) => proven.has(jid),
  }
}
