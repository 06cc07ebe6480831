import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileNameOf, keyOf } from '../../../src/store/folder/file-names.ts'
import type { everyKey } from './baileys-folder.ts'

const number = fc.bigInt({ min: 1n, max: 999_999_999_999_999n }).map(String)
const device = fc.integer({ min: 0, max: 99 }).map(String)
const user = fc.tuple(number, fc.constantFrom('', '_1', '_128', '_129')).map(([digits, domain]) => digits + domain)
const address = fc.tuple(user, device).map(([name, id]) => `${name}.${id}`)
const group = fc.oneof(
  number.map((digits) => `${digits}@g.us`),
  fc.tuple(number, number).map(([creator, time]) => `${creator}-${time}@g.us`),
  number.map((digits) => `${digits}@broadcast`),
  fc.constant('status@broadcast'),
)
const person = fc
  .tuple(number, device, fc.constantFrom('s.whatsapp.net', 'lid', 'hosted', 'hosted.lid', 'c.us'))
  .map(([name, id, server]) => `${name}${id === '0' ? '' : `:${id}`}@${server}`)

/** The ids as Baileys makes them. */
const IDS: Readonly<Record<keyof ReturnType<typeof everyKey>, fc.Arbitrary<string>>> = {
  'pre-key': fc.integer({ min: 1, max: 0xffffff }).map(String),
  session: address,
  'identity-key': address,
  'sender-key': fc.tuple(fc.oneof(group, person), user, device).map((parts) => parts.join('::')),
  'sender-key-memory': group,
  'app-state-sync-key': fc.uint8Array({ minLength: 1, maxLength: 12 }).map((id) => Buffer.from(id).toString('base64')),
  'app-state-sync-version': fc.constantFrom(
    'critical_block',
    'critical_unblock_low',
    'regular_high',
    'regular_low',
    'regular',
  ),
  'lid-mapping': fc.oneof(
    number,
    number.map((lid) => `${lid}_reverse`),
  ),
  'device-list': number,
  tctoken: fc.oneof(person, fc.constant('__index')),
}

describe('the file names of Baileys', () => {
  it.each([
    ['pre-key', '5', 'pre-key-5.json'],
    ['session', '12025550123.0', 'session-12025550123.0.json'],
    ['session', '12025550123_1.5', 'session-12025550123_1.5.json'],
    [
      'sender-key',
      '120363000000000001@g.us::12025550123::0',
      'sender-key-120363000000000001@g.us--12025550123--0.json',
    ],
    [
      'sender-key',
      '12025550123-1400000000@g.us::12025550124_1::7',
      'sender-key-12025550123-1400000000@g.us--12025550124_1--7.json',
    ],
    ['sender-key-memory', '12025550123-1400000000@g.us', 'sender-key-memory-12025550123-1400000000@g.us.json'],
    ['app-state-sync-key', 'A//+/w==', 'app-state-sync-key-A____+__w==.json'],
    ['app-state-sync-version', 'critical_unblock_low', 'app-state-sync-version-critical_unblock_low.json'],
    ['lid-mapping', '987654321098765_reverse', 'lid-mapping-987654321098765_reverse.json'],
    ['device-list', '12025550123', 'device-list-12025550123.json'],
    ['tctoken', '987654321098765:7@lid', 'tctoken-987654321098765-7@lid.json'],
    ['tctoken', '__index', 'tctoken-__index.json'],
    ['identity-key', '12025550123.0', 'identity-key-12025550123.0.json'],
  ])('%s %s is in %s, and back', (type, id, file) => {
    expect(fileNameOf(type, id)).toBe(file)
    expect(keyOf(file)).toStrictEqual({ ok: true, key: { type, id, known: true } })
  })

  it.each(Object.entries(IDS))('every id of %s that Baileys makes comes back', (type, ids) => {
    fc.assert(
      fc.property(ids, (id) => {
        expect(keyOf(fileNameOf(type, id))).toStrictEqual({ ok: true, key: { type, id, known: true } })
      }),
      { numRuns: 500 },
    )
  })

  it('whatever key a name gives has that name', () => {
    const piece = fc.constantFrom('-', '__', '_', '@g.us', '@lid', '12', 'A=', '.', ...Object.keys(IDS), 'other')
    const name = fc.array(piece, { maxLength: 8 }).map((pieces) => `${pieces.join('')}.json`)
    fc.assert(
      fc.property(fc.oneof(name, fc.string()), (file) => {
        const named = keyOf(file)
        if (named.ok) expect(fileNameOf(named.key.type, named.key.id)).toBe(file)
        else expect(named.reason).not.toBe('')
      }),
      { numRuns: 5_000 },
    )
  })

  it.each([
    'session-12025550123-5.json', // a colon, or a dash?
    'session-a__b.json',
    'pre-key-1-2.json',
    'lid-mapping-a-b.json',
    'sender-key-120363000000000001@g.us-12025550123-0.json',
    'sender-key-a-b@g.us--12025550123--0.json',
    'app-state-sync-key-AAA-.json',
    'app-state-sync-key-AAA___.json',
    'tctoken-a__b@lid.json',
    'tctoken-12025550123-7@unknown.json',
    'invented-type-1.json',
    'invented-a__b.json',
  ])('%s stands for no one key', (file) => {
    expect(keyOf(file)).toStrictEqual({ ok: false, reason: 'its name can stand for more than one key' })
  })

  it.each([
    '.DS_Store',
    'Thumbs.db',
    'creds.json.tmp',
    'creds.json.bak',
    'session-12025550123.0.json.tmp',
    'session-1.0.JSON',
    'baileys_store.json',
    'session.json',
    '.json',
    '',
  ])('%j is no file of Baileys', (file) => {
    expect(keyOf(file)).toStrictEqual({ ok: false, reason: 'not a file that Baileys writes' })
  })

  it('a type that nobody knows is told apart from its id by the only dash', () => {
    expect(keyOf('invented-12025550123.0.json')).toStrictEqual({
      ok: true,
      key: { type: 'invented', id: '12025550123.0', known: false },
    })
  })
})
