// Recorded handshakes, once more through the machine: every effect, byte for byte. Where they come from stands in each file.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCompanionHello } from '../../src/emulator/companion-hello.ts'
import { openBundle, unwrapCompanionKey } from '../../src/emulator/primary.ts'
import { decodeNode, encodeNode } from '../../src/wire/bridge.ts'
import { bytesOf, childOf, type Node } from '../../src/wire/nodes.ts'
import { hex, keyPairOf, toHex } from './keys.ts'
import { HANDSHAKES } from './transcripts/handshakes.ts'
import { type Json, plain, readable, revive } from './transcripts/plain.ts'
import type { BaileysCodeLink } from './transcripts/record-baileys.ts'
import { replay, type Transcript } from './transcripts/transcript.ts'

const FOLDER = join(import.meta.dirname, '../vectors/handshakes')
const read = <Vector>(name: string): Vector => JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'))
const transcripts = HANDSHAKES.map(({ name, fails }) => ({ name, fails, transcript: read<Transcript>(name) }))

/** Every stanza in it, wherever it stands. */
function stanzasIn(json: Json): readonly { readonly stanza: string; readonly reads: Json }[] {
  if (typeof json !== 'object' || json === null) return []
  if (Array.isArray(json)) return json.flatMap(stanzasIn)
  const own = 'stanza' in json && 'reads' in json ? [json as never] : []
  return [...own, ...Object.values(json).flatMap(stanzasIn)]
}

describe('the recorded handshakes', () => {
  it('are all there, and nothing else', () => {
    const files = readdirSync(FOLDER).map((file) => file.replace('.json', ''))
    expect(files.toSorted()).toEqual([...HANDSHAKES.map(({ name }) => name), 'baileys-code-link'].toSorted())
  })

  it.each(transcripts)('$name: the machine does the same again, byte for byte', ({ transcript }) => {
    expect(transcript.steps.length).toBeGreaterThan(3)
    expect(replay(transcript)).toBeUndefined()
  })

  it.each(transcripts)('$name: each stanza reads as it is written, and is written as it reads', ({ transcript }) => {
    const stanzas = stanzasIn(transcript.steps as unknown as Json)
    expect(stanzas.length).toBeGreaterThan(0)
    for (const { stanza, reads } of stanzas) {
      const decoded = decodeNode(hex(stanza))
      expect(readable(decoded)).toEqual(reads)
      expect(toHex(encodeNode(decoded))).toBe(stanza)
    }
  })

  it.each(transcripts)('$name: ends as it says, and names its origin', ({ fails, transcript }) => {
    const last = (transcript.steps.at(-1)?.effects ?? []) as readonly { readonly type: string; readonly error?: Json }[]
    expect(last.at(-1)?.type).toBe(fails === undefined ? 'finish' : 'fail')
    if (fails !== undefined) expect(JSON.stringify(last.at(-1)?.error)).toContain(`"code":"${fails}"`)
    expect(transcript.origin).toMatch(/on 20\d\d-\d\d-\d\d/)
  })

  it.each(transcripts)('$name: a difference of one digit, or a step that is missing, is found', ({ transcript }) => {
    const { steps } = transcript
    const at = steps.findIndex(({ effects }) => JSON.stringify(effects).includes('"stanza":"'))
    const changed = JSON.parse(JSON.stringify(steps[at]?.effects).replace(/"stanza":"(.)(.)/, '"stanza":"f$2'))
    const one = steps.map((step, index) => (index === at ? { ...step, effects: changed } : step))
    expect(replay({ ...transcript, steps: one })?.at).toBe(at)
    expect(replay({ ...transcript, steps: steps.toSpliced(0, 1) })).toBeDefined()
  })
})

describe('values of a transcript', () => {
  it('are the same after they were written and read', () => {
    const values = {
      bytes: Uint8Array.of(1, 2),
      date: new Date(5),
      list: [1, 'two', null, true],
      nested: { deep: Uint8Array.of() },
    }
    expect(revive(plain(values))).toEqual(values)
    expect(() => plain(() => {})).toThrow(TypeError)
  })
})

describe('what Baileys itself sent', () => {
  const vector = read<BaileysCodeLink>('baileys-code-link')
  const hello: Node = decodeNode(hex(vector.hello))
  const finish: Node = decodeNode(hex(vector.finish))
  const reg = (stanza: Node): Node => childOf(stanza, 'link_code_companion_reg') ?? stanza

  it('is read by the emulator as a request for a code', () => {
    const accepted = readCompanionHello(reg(hello))
    expect(accepted).toMatchObject({ digits: vector.digits, display: expect.stringMatching(/^Chrome \(/), push: true })
    expect(toHex(accepted?.noiseKey ?? [])).toBe(vector.noisePublicKey)
  })

  it('opens on the emulator’s phone with its code, and with no other, to the secret that Baileys holds', async () => {
    const wrapped = readCompanionHello(reg(hello))?.wrappedEphemeral ?? new Uint8Array()
    const keys = {
      primaryEphemeral: keyPairOf(hex(vector.phoneEphemeralPrivate)),
      primaryIdentity: keyPairOf(hex(vector.phoneIdentityPrivate)),
      companionIdentity: hex(vector.identityPublicKey),
    }
    const bundle = bytesOf(childOf(reg(finish), 'link_code_pairing_wrapped_key_bundle')) ?? new Uint8Array()
    const secretWith = async (code: string) =>
      openBundle(bundle, { ...keys, companionEphemeral: await unwrapCompanionKey(code, wrapped) })
    expect(toHex((await secretWith(vector.code)) ?? [])).toBe(vector.advSecret)
    expect(await secretWith('K7QX2MTC')).toBeUndefined()
    expect(toHex(bytesOf(childOf(reg(finish), 'companion_identity_public')) ?? [])).toBe(vector.identityPublicKey)
    expect(toHex(bytesOf(childOf(reg(finish), 'link_code_pairing_ref')) ?? [])).toBe(vector.ref)
  })
})
