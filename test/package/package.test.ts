import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Installed, installPacked, manifest, ROOT, runNode } from './installed.ts'
import { HEADING, programOf, startEmulation, startProgram, until, withEndpoint } from './ten-lines.ts'

const INSTALL_MS = 300_000
const README = join(ROOT, 'README.md')
const PHONE = '+12025550123'

const { version, exports, bin } = await manifest()
const entries = Object.entries(exports).flatMap(([path, target]) =>
  typeof target === 'string' ? [] : [{ path, target }],
)
const nameOf = (path: string): string => `paircode${path.slice(1)}`

/** Why a part cannot be tested; undefined when it can. */
const unbuilt = (files: readonly string[]): string | undefined => {
  const missing = files.filter((file) => !existsSync(join(ROOT, file)))
  return missing.length === 0 ? undefined : `${missing.join(', ')} is not built`
}

const everyEntry = unbuilt([...entries.map(({ target }) => target.default), ...Object.values(bin)])
const program = existsSync(README) ? programOf(readFileSync(README, 'utf8')) : undefined

describe.skipIf(everyEntry !== undefined)(
  `the packed package${everyEntry === undefined ? '' : ` (${everyEntry})`}`,
  () => {
    let installed: Installed

    beforeAll(async () => {
      installed = await installPacked()
    }, INSTALL_MS)
    afterAll(() => installed?.remove())

    it('holds the build, the documents and the licence, and nothing else', () => {
      const foreign = installed.files.filter(
        (file) => !/^(dist\/|docs\/|(LICENSE|README\.md|package\.json)$)/.test(file),
      )
      expect(foreign).toEqual([])
      expect(installed.files).toEqual(
        expect.arrayContaining(['LICENSE', 'package.json', 'dist/index.js', 'dist/index.d.ts']),
      )
      expect(installed.files.filter((file) => /(^|\/)test\/|\.tsbuildinfo$/.test(file))).toEqual([])
    })

    it.each(entries.map(({ path }) => nameOf(path)))(
      '%s loads by import and by require, with the same names',
      async (name) => {
        const names =
          'console.log(Object.keys(entry).filter((key) => key !== "__esModule" && key !== "module.exports").sort().join())'
        const [imported, required] = await Promise.all([
          runNode(installed.folder, ['--input-type=module', '-e', `const entry = await import('${name}'); ${names}`]),
          runNode(installed.folder, ['--no-warnings', '-e', `const entry = require('${name}'); ${names}`]),
        ])
        expect(imported).toEqual({ code: 0, output: expect.stringMatching(/\w/) })
        expect(required).toEqual(imported)
      },
    )

    it('gives its package.json to those who ask for it', async () => {
      const script = "console.log(require('paircode/package.json').version)"
      expect(await runNode(installed.folder, ['-e', script])).toEqual({ code: 0, output: version })
    })

    it('keeps its inner files to itself', async () => {
      const { code, output } = await runNode(installed.folder, ['-e', "require('paircode/dist/errors.js')"])
      expect([code, output]).toEqual([1, expect.stringContaining('ERR_PACKAGE_PATH_NOT_EXPORTED')])
    })

    it('loads the driver of a database only for an address that needs it', async () => {
      const script = `
        const Module = require('node:module')
        const load = Module._load
        Module._load = (name, ...rest) => {
          if (/^(libsql|pg-protocol)/.test(name)) console.log('loads ' + name.split('/')[0])
          return load(name, ...rest)
        }
        const { openStore } = require('paircode/store')
        require('paircode')
        const open = (url) => openStore(url, { key: Buffer.alloc(32) }).then((store) => store.close(), () => {})
        const main = async () => {
          for (const url of ['memory:', 'sqlite:./driver/x.db', 'postgres://u:p@127.0.0.1:1/x']) {
            console.log(url.split(':')[0])
            await open(url)
          }
        }
        main()`
      const { code, output } = await runNode(installed.folder, ['--no-warnings', '-e', script])
      const lines = output.split('\n').filter((line, at, all) => line !== all[at - 1])
      expect([code, lines]).toEqual([0, ['memory', 'sqlite', 'loads libsql', 'postgres', 'loads pg-protocol']])
    })

    it('has a command that says its version and what it can do', async () => {
      const command = join(installed.folder, 'node_modules', '.bin', 'paircode')
      expect(await runNode(installed.folder, [command, '--version'])).toEqual({ code: 0, output: version })
      const help = await runNode(installed.folder, [command, '--help'])
      expect(help).toEqual({ code: 0, output: expect.stringMatching(/link[\s\S]*sessions/) })
    })

    it('writes to a SQLite store in a thread of its own, which is in the package and keeps no program running', async () => {
      const script = `
        const limit = setTimeout(() => {}, 20_000)
        const told = new Promise((resolve) => process.on('worker', (worker) => worker.on('message', resolve)))
        const { openStore } = await import('paircode/store')
        await openStore('sqlite:./thread/sessions.db')
        console.log((await told).type)
        clearTimeout(limit)`
      const answer = await runNode(installed.folder, ['--input-type=module', '-e', script])
      expect(answer).toEqual({ code: 0, output: 'ready' })
    })

    const missing = program === undefined ? ` (README.md has no program under the heading "${HEADING}")` : ''
    it.skipIf(program === undefined)(
      `runs the README's program three times: it links, it connects, it connects${missing}`,
      { timeout: 240_000 },
      async () => {
        const { folder } = installed
        const bot = withEndpoint(program ?? '')
        const emulation = await startEmulation(folder, PHONE)
        try {
          const first = await startProgram(folder, bot, emulation.env)
          await emulation.enter(PHONE, await first.code())
          await until(async () => (await emulation.logins()) === 1, 'the first login')
          await first.stop()
          for (const logins of [2, 3]) {
            const again = await startProgram(folder, bot, emulation.env)
            await until(async () => (await emulation.logins()) === logins, `login ${logins}`)
            await again.stop()
            expect(again.output()).not.toMatch(/[0-9A-Z]{4}-[0-9A-Z]{4}/)
          }
          expect(await emulation.logins()).toBe(3)
        } finally {
          await emulation.stop()
        }
      },
    )
  },
)

describe('reading the README', () => {
  it('takes the program under the heading and adds the endpoint to both calls', () => {
    const text = [
      '# A',
      '```ts',
      'no',
      '```',
      `## ${HEADING}`,
      '```ts',
      'const l = link({ a: 1 as number })',
      'connect({ b })',
      '```',
    ]
    expect(withEndpoint(programOf(text.join('\n')) ?? '')).toMatch(
      /link\(\{ endpoint, a: 1 \}\);?\nconnect\(\{ endpoint, b \}\)/,
    )
  })

  it('refuses a program that does not both link and connect', () => {
    expect(() => withEndpoint('link({ a })')).toThrow('1 times')
  })
})

it('names an entry for each kind of reader: types first, then the module', () => {
  const shapes = entries.map(({ target }) => Object.keys(target))
  expect(shapes.every((keys) => keys.join() === 'types,default')).toBe(true)
})
