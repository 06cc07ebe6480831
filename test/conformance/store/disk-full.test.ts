// A disk that takes no more while a store is written. It is filled by a limit on the size of files (RLIMIT_FSIZE) that is
// put on the running child, for which nobody has to be root; `npm run proof:disk-full` fills real file systems.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import Database from 'libsql'
import { describe, expect, it } from 'vitest'
import { internalsOf } from '../../../src/store/internals.ts'
import { openStore } from '../../../src/store/open.ts'
import { newlyLinked } from '../../store/samples.ts'
import { type Child, startChild } from './children.ts'
import { opened, temporaryFolder } from './place.ts'

const MOST_BYTES = 2_000_000

function limitFiles(child: Child, most: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(child.process.pid), `--fsize=${most}:`])
}

function canLimit(): boolean {
  try {
    execFileSync('prlimit', ['--version'])
    return process.platform === 'linux'
  } catch {
    return false
  }
}

describe.skipIf(!canLimit())('a disk that is full (needs prlimit, of util-linux)', () => {
  for (const { who, where } of [
    { who: 'the connection here', where: 'here' },
    { who: 'the thread', where: 'in-thread' },
  ]) {
    it(`refuses what ${who} writes with a name, keeps what was stored, and takes more when there is room`, async () => {
      const file = join(await temporaryFolder(), 'sessions.db')
      const first = await openStore(`sqlite:${file}`)
      await internalsOf(first).saveLinked(await newlyLinked())
      await first.close()

      const child = await startChild('fill-disk', `sqlite:${file}`, where)
      expect(await child.line()).toBe('ready')
      limitFiles(child, MOST_BYTES)
      child.say('fill')
      const full = JSON.parse(await child.line())
      expect(full).toMatchObject({
        listed: 1,
        name: 'StoreError',
        code: 'store-error',
        message: expect.stringMatching(/^SQLite: (disk I\/O error|database or disk is full)/),
        advice: expect.stringMatching(/full|disk/),
      })
      expect(full.stored).toBeGreaterThan(10)
      expect(full.refused).toBeGreaterThan(0)
      expect(full.kept).toBe(full.stored)

      limitFiles(child, 'unlimited')
      child.say('again')
      expect(JSON.parse(await child.line())).toEqual({ again: 5, kept: full.stored + 5 })
      const ids = (await child.line()).split(' ').slice(1)
      expect(ids).toHaveLength(full.stored + 5)

      const { state } = await (await opened(`sqlite:${file}`)).authState('sales')
      const found = await state.keys.get('session', ids)
      for (const id of ids) expect(Buffer.alloc(20_000, Number(id)).equals(found[id] ?? Buffer.alloc(0))).toBe(true)
      const database = new Database(file)
      expect(database.prepare('PRAGMA integrity_check').all()).toMatchObject([{ integrity_check: 'ok' }])
      database.close()
    })
  }
})
