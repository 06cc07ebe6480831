// A process that dies in the middle of anything leaves a whole store. More rounds: KILLS=500 npx vitest run <this file>

import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'libsql'
import { describe, expect, it } from 'vitest'
import type { Store } from '../../../src/store/contract.ts'
import { internalsOf } from '../../../src/store/internals.ts'
import { jidOf, numberedLink, PRE_KEYS, preKeyOf } from './children/numbered-link.ts'
import { openShared } from './children/open-shared.ts'
import { startChild } from './children.ts'
import { SHARED_PLACES } from './place.ts'

/** A client that dies is less of a danger to a database that is a process of its own. */
const killsOn = (name: string): number => Number(process.env['KILLS'] ?? (name === 'SQLite' ? 20 : 8))

describe.each(SHARED_PLACES)('a process that is killed, on $name,', ({ name, newAddress }) => {
  const KILLS = killsOn(name)

  it(
    `while it stores links leaves each of them whole or not there, ${KILLS} times`,
    async () => {
      const url = await newAddress()
      const first = await openShared(url)
      await internalsOf(first).saveLinked(await numberedLink(0))
      await first.close()
      let stored = 0
      let interrupted = 0
      for (let round = 0; round < KILLS; round++) {
        const next = stored + 1
        const child = await startChild('save-links', url, String(next))
        await child.line()
        await sleep(Math.random() * 40) // not a wait for anything: the moment of the kill
        await child.kill()
        const told = child.rest()
        const saved = numberAfter(told, 'saved') ?? stored
        const begun = numberAfter(told, 'saving') ?? stored
        if (begun > saved) interrupted++
        stored = await wholeLink(url, [saved, begun])
      }
      expect(stored).toBeGreaterThan(0)
      expect(interrupted).toBeGreaterThan(0)
    },
    60_000 + KILLS * 3_000,
  )

  for (const { when, where } of [
    { when: 'while it writes keys', where: 'here' },
    ...(name === 'SQLite' ? [{ when: 'while its thread writes keys', where: 'in-thread' }] : []),
  ])
    it(
      `${when} loses nothing that was acknowledged, ${Math.ceil(KILLS / 4)} times`,
      async () => {
        const url = await newAddress()
        const first = await openShared(url)
        await internalsOf(first).saveLinked(await numberedLink(0))
        await first.close()
        let stored = 0
        for (let round = 0; round < Math.ceil(KILLS / 4); round++) {
          const child = await startChild('set-keys', url, where)
          await child.line()
          await sleep(10 + Math.random() * 60)
          await child.kill()
          const acknowledged = numberAfter(child.rest(), 'stored') ?? stored
          const store = await openShared(url)
          const { state } = await store.authState('sales')
          stored = state.creds.accountSyncCounter
          expect(stored).toBeGreaterThanOrEqual(acknowledged)
          const keys = await state.keys.get('session', ['one', 'two'])
          if (stored > 0) expect(keys).toEqual({ one: Buffer.alloc(2_000, stored), two: Buffer.alloc(2_000, stored) })
          await store.close()
        }
        expect(stored).toBeGreaterThan(0)
      },
      60_000 + KILLS * 3_000,
    )

  it(
    `at any moment of the first opening leaves a place that opens, ${KILLS} times`,
    async () => {
      for (let round = 0; round < KILLS; round++) {
        const url = await newAddress()
        const child = await startChild('open-at-once', url, 'sales')
        await child.line()
        child.say('go')
        await sleep(Math.random() * 25)
        await child.kill()
        const stored = child.rest().includes('stored')
        const store = await openShared(url)
        const listed = await store.list()
        if (stored) expect(listed).toHaveLength(1)
        for (const { jid } of listed) expect(jid).toBe(jidOf(1))
        await store.close()
      }
    },
    60_000 + KILLS * 3_000,
  )
})

/** Which of two links is there; checks that all of it is, and that those before it are in the archive. */
async function wholeLink(url: string, possible: readonly [number, number]): Promise<number> {
  const store = await openShared(url)
  const { state } = await store.authState('sales')
  const number = state.creds.accountSyncCounter
  expect(possible).toContain(number)
  expect(await store.get('sales')).toMatchObject({ jid: jidOf(number), deviceName: `Link ${number}` })
  expect(state.creds.me?.id).toBe(jidOf(number))
  await expectPreKeys(store, number)
  expect(await store.list({ archived: true })).toHaveLength(number)
  await store.close()
  if (url.startsWith('sqlite:')) expectSound(url.slice('sqlite:'.length))
  return number
}

function expectSound(file: string): void {
  const database = new Database(file)
  expect(database.prepare('PRAGMA integrity_check').all()).toMatchObject([{ integrity_check: 'ok' }])
  expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([])
  database.close()
}

async function expectPreKeys(store: Store, number: number): Promise<void> {
  const { state } = await store.authState('sales')
  const ids = Array.from({ length: PRE_KEYS }, (_, index) => String(index + 1))
  const found = await state.keys.get('pre-key', ids)
  expect(Object.keys(found)).toHaveLength(PRE_KEYS)
  for (const id of ids)
    expect(Buffer.compare(found[id]?.private ?? Buffer.alloc(0), preKeyOf(number, Number(id)).private)).toBe(0)
}

function numberAfter(lines: readonly string[], word: string): number | undefined {
  const last = lines.findLast((line) => line.startsWith(`${word} `))
  return last === undefined ? undefined : Number(last.split(' ')[1])
}
