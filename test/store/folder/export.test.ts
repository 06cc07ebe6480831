// How an export fails. What it writes: test/conformance/store/folders.ts.
import { readdirSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { StoreError } from '../../../src/errors.ts'
import { exportFolder } from '../../../src/store/folder/export.ts'
import type { LinkValues } from '../../../src/store/link-values.ts'
import type { Sessions } from '../../../src/store/sessions.ts'
import type { LinkKey } from '../../../src/store/stored-values.ts'
import { temporaryFolder } from '../../conformance/store/place.ts'
import { NUMBER, signedCredentials } from '../samples.ts'

/** What an export of a link with these keys ends with. */
async function outcome(keys: readonly LinkKey[], folder: string): Promise<StoreError | undefined> {
  const contents = { credentials: await signedCredentials(), keys }
  const sessions = { live: async () => ({ row: { session: 'sales', link: 1 } }) } as unknown as Sessions
  const values = { readAll: async () => contents } as unknown as LinkValues
  return exportFolder(sessions, () => values, 'sales', folder).then(
    () => undefined,
    (thrown: unknown) => {
      expect(thrown).toBeInstanceOf(StoreError)
      return thrown as StoreError
    },
  )
}

const key = (id: string, value: unknown = Buffer.of(1)): LinkKey => ({ type: 'session', id, value })
const keys = (from: number, to: number): LinkKey[] =>
  Array.from({ length: to - from }, (_, index) => key(String(from + index)))

/** A value that does something when it is turned into JSON. */
function acting(act: () => void): object {
  return Object.defineProperty({}, 'member', { enumerable: true, get: act })
}

const failing = acting(() => {
  throw new Error(`a failure about ${NUMBER}`)
})

describe('an export that fails midway', () => {
  it('takes the folder away that it made, and says nothing of a number', async () => {
    const folder = join(await temporaryFolder(), 'copy')
    const error = await outcome([...keys(0, 10), key(`${NUMBER}.0`, failing), ...keys(10, 20)], folder)
    expect(error).toMatchObject({
      code: 'store-error',
      message: 'the export failed (unknown failure): nothing was kept',
      advice: expect.stringContaining('free space'),
    })
    expect(inspect(error)).not.toContain(NUMBER)
    await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('empties the folder that was there', async () => {
    const folder = await temporaryFolder()
    expect(await outcome([...keys(0, 10), key('x', failing)], folder)).toMatchObject({ code: 'store-error' })
    expect(await readdir(folder)).toEqual([])
  })

  it('never writes over a file that came meanwhile, and leaves it there', async () => {
    const folder = join(await temporaryFolder(), 'copy')
    for (const [name, rest] of [
      ['session-19.json', keys(10, 20)],
      ['creds.json.new', []],
    ] as const) {
      const intruder = acting(() => writeFileSync(join(folder, name), 'mine'))
      const error = await outcome([...keys(0, 10), key('x', intruder), ...rest], folder)
      expect(error?.message).toBe('the export failed (EEXIST): nothing was kept')
      expect(await readdir(folder)).toEqual([name])
      expect(await readFile(join(folder, name), 'utf8')).toBe('mine')
      await rm(folder, { recursive: true })
    }
  })

  it('writes the credentials last of all', async () => {
    const folder = join(await temporaryFolder(), 'copy')
    const seen: string[][] = []
    const looking = acting(() => seen.push(readdirSync(folder)))
    expect(await outcome([...keys(0, 40), key('x', looking)], folder)).toBeUndefined()
    expect(seen).toHaveLength(1)
    expect(seen[0]).toHaveLength(40)
    expect(await readdir(folder)).toHaveLength(42)
    expect(await readdir(folder)).toContain('creds.json')
  })
})

describe('the names and paths of an export:', () => {
  it.each([
    ['two keys that Baileys gives one name', [key('a/b'), key('a__b')], 'another key has the same name'],
    ['two keys that differ in a colon', [key('1:2@lid'), key('1-2@lid')], 'another key has the same name'],
    ['a name with NUL', [key('a\0b')], 'no file can be called so'],
    ['a name that leads elsewhere on Windows', [key('..\\..\\x')], 'no file can be called so'],
    ['a name that is too long', [key('é'.repeat(130))], 'no file can be called so'],
  ])('%s: refused before there is a folder', async (_, some, why) => {
    const folder = join(await temporaryFolder(), 'copy')
    const error = await outcome([key('fine'), ...some], folder)
    expect(error).toMatchObject({
      code: 'store-error',
      advice: expect.stringContaining('Keep the session in the store'),
    })
    expect(error?.message.endsWith(why)).toBe(true)
    await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('ids that climb out of the folder stay in it', async () => {
    const folder = join(await temporaryFolder(), 'deep', 'copy')
    expect(await outcome([key('/../../x'), { type: '../y', id: '1', value: 1 }], folder)).toBeUndefined()
    expect(await readdir(folder)).toEqual(['..__y-1.json', 'creds.json', 'session-__..__..__x.json'])
    expect(await readdir(join(folder, '..'))).toEqual(['copy'])
  })

  it('a link into nowhere is refused', async () => {
    const link = join(await temporaryFolder(), 'link')
    await symlink(join(link, '..', 'nowhere', 'at', 'all'), link)
    expect(await outcome([], link)).toMatchObject({
      code: 'store-error',
      message: expect.stringMatching(/nothing was/),
    })
  })

  it('an empty folder that a link leads to is taken', async () => {
    const link = join(await temporaryFolder(), 'link')
    const real = join(link, '..', 'real')
    await mkdir(real)
    await symlink(real, link)
    expect(await outcome(keys(0, 3), link)).toBeUndefined()
    expect(await readdir(real)).toHaveLength(4)
  })
})
