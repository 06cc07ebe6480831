// The recorded handshakes (test/vectors/handshakes), read once: settings, secrets, and every stanza by what it is for.
import { readdirSync, readFileSync } from 'node:fs'
import type { Input, Settings } from '../../src/linking/machine/state.ts'
import { childOf, childrenOf, type Node, node } from '../../src/wire/nodes.ts'
import { revive } from '../../test/linking/transcripts/plain.ts'
import type { Transcript } from '../../test/linking/transcripts/transcript.ts'
import { STANZA_KINDS, type StanzaKind } from './inputs.ts'

export interface Recorded {
  readonly name: string
  readonly settings: Settings
  readonly advSecret: Uint8Array
  readonly inputs: readonly Input[]
  /** Its own proof of the account, made for the keys of these settings. */
  readonly pairSuccess: Node | undefined
}

const FOLDER = new URL('../../test/vectors/handshakes/', import.meta.url)

export const RECORDED: readonly Recorded[] = readdirSync(FOLDER)
  .toSorted()
  .map((file) => ({ file, transcript: JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Transcript }))
  .filter(({ transcript }) => 'steps' in transcript)
  .map(({ file, transcript }) => {
    const inputs = transcript.steps.map(({ input }) => revive(input) as Input)
    const nodes = inputs.flatMap((input) => (input.type === 'node' ? [input.node] : []))
    return {
      name: file.replace('.json', ''),
      settings: revive(transcript.settings) as Settings,
      advSecret: revive(transcript.advSecret) as Uint8Array,
      inputs,
      pairSuccess: nodes.find((stanza) => childOf(stanza, 'pair-success') !== undefined),
    }
  })

/** Those that end in a link: their account's signature holds for their keys. */
export const LINKED = RECORDED.filter(({ pairSuccess }) => pairSuccess !== undefined)

/** What is left over beside what was recorded: normal traffic of a registration connection (docs/protocol.md section 1). */
const UNRECORDED: readonly Node[] = [
  node('ib', { from: 's.whatsapp.net' }, [node('downgrade_webclient')]),
  node('ib', { from: 's.whatsapp.net' }, [node('offline_preview', { count: '0' })]),
  node('notification', { type: 'devices', id: '77', from: '12025550124@s.whatsapp.net', participant: '1@lid' }),
  node('notification', { type: 'link_code_companion_reg', id: '78', from: 's.whatsapp.net' }),
  node('iq', { type: 'get', id: '79', from: 's.whatsapp.net', xmlns: 'urn:xmpp:ping' }),
  node('message', { id: '80', from: '12025550124@s.whatsapp.net', type: 'text' }, [node('enc', { v: '2' })]),
  node('failure', { reason: '503', message: 'later', expire: '60' }),
  node('stream:error', { code: '515' }),
  node('stream:error', {}, [node('conflict', { type: 'device_removed' })]),
  node('xmlstreamend'),
]

/** The kind of a valid stanza. An empty result may answer anything: it is fitted to what was asked (stanzas.ts). */
function kindOf(stanza: Node): StanzaKind {
  const { tag, attrs } = stanza
  const child = childrenOf(stanza)[0]
  if (tag === 'ib') return 'ib'
  if (tag === 'notification') return kindOfNotification(attrs['type'], childOf(stanza, 'link_code_companion_reg'))
  if (tag !== 'iq') return 'anything else'
  if (child?.tag === 'pair-device' || child?.tag === 'pair-success') return child.tag
  if (child?.tag === 'link_code_companion_reg') return 'hello accepted'
  if (child?.tag === 'ref') return 'ceremony answered'
  if (attrs['type'] === 'error') return 'hello refused'
  return attrs['type'] === 'result' ? 'finish answered' : 'anything else'
}

function kindOfNotification(type: string | undefined, reg: Node | undefined): StanzaKind {
  if (type === 'companion_reg_refresh') return 'companion_reg_refresh'
  if (type === 'passkey_prologue_request') return 'passkey request'
  if (type === 'crsc_continuation') return 'crsc_continuation'
  const stage = reg?.attrs['stage']
  // Without its keys, as it comes around the passkey step, it is nothing to answer.
  if (stage === 'primary_hello' && childrenOf(reg).length === 3) return stage
  return stage === 'refresh_code' ? stage : 'other notification'
}

const NODES = [
  ...RECORDED.flatMap(({ inputs }) => inputs.flatMap((input) => (input.type === 'node' ? [input.node] : []))),
  ...UNRECORDED,
]

/** Every stanza of the recordings by its kind, each text once. */
export const TEMPLATES: ReadonlyMap<StanzaKind, readonly Node[]> = new Map(
  STANZA_KINDS.map((kind) => {
    const fitting = NODES.filter((stanza) => kindOf(stanza) === kind)
    if (fitting.length === 0) throw new Error(`no recorded stanza is ${kind}`)
    return [kind, fitting]
  }),
)

export const ALL_STANZAS = NODES
