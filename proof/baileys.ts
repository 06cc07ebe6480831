// npm run proof:baileys -- [npm names with versions, default those below] [--without-tests]
//
// Proves: the package as it is shipped works with the other Baileys that its peer range and `makeWASocket` allow: the oldest
// release of the range, and the same code under its older name. For each, in a folder of its own: what `npm pack` makes and
// that Baileys are installed, and the README's program runs three times against the emulator: it links, it connects, it
// connects. Under another name than `baileys` it gets `makeWASocket`, and no `baileys` is there that could help it out. Where the
// name is `baileys`, the tests that touch Baileys run too, on a copy of this checkout in which it stands in the place of ours.
//
// Takes about 1 minute, and 3 more with tests. Exits 1 when anything failed.
import { chmod, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../scripts/programs.mjs'
import { countsOf } from '../scripts/test-counts.mjs'
import { installPacked } from '../test/package/installed.ts'
import { programOf, startEmulation, startProgram, until, withEndpoint } from '../test/package/ten-lines.ts'
import { linkPackages, ROOT } from './installation.ts'

const DEFAULT = ['baileys@7.0.0-rc13', '@whiskeysockets/baileys@7.0.0-rc13', '@whiskeysockets/baileys@7.0.0-rc14']
const NUMBER = '+12025550123'
const LIMIT_MS = 30 * 60_000
/** What the copy of the checkout needs; the tests are those that touch Baileys. */
const COPIED = [
  'src',
  'test',
  'proof',
  'scripts',
  'docs',
  'README.md',
  'package.json',
  'vitest.config.ts',
  'tsconfig.json',
  'tsconfig.build.json',
]
const TESTS = [
  'test/conformance/',
  'test/session/',
  'test/baileys/',
  'test/emulator/',
  'test/linking/baileys',
  'test/wire/messages',
]

const given = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const withTests = !process.argv.includes('--without-tests')
const figures: { readonly words: string; readonly isWhole: boolean }[] = []
for (const name of given.length > 0 ? given : DEFAULT) figures.push(await prove(name))
console.log(`other Baileys: ${figures.map(({ words }) => words).join('; ')}`)
process.exitCode = figures.every(({ isWhole }) => isWhole) ? 0 : 1

async function prove(baileys: string): Promise<{ readonly words: string; readonly isWhole: boolean }> {
  const start = performance.now()
  const name = baileys.slice(0, baileys.lastIndexOf('@'))
  const installed = await installPacked(baileys)
  try {
    const program = await runReadme(installed.folder, name).then(
      () => 'links, connects, connects',
      (error: unknown) => `FAILED ${error instanceof Error ? error.message : String(error)}`,
    )
    const tests =
      withTests && name === 'baileys' ? await runTests(join(installed.folder, 'node_modules', name)) : undefined
    const counted = tests === undefined ? [] : [`${tests.passed} tests passed, ${tests.failed} failed`]
    const seconds = `${Math.round((performance.now() - start) / 1000)} s`
    return {
      words: `${baileys} ${[program, ...counted, seconds].join(', ')}`,
      isWhole: (tests?.failed ?? 0) === 0 && !program.startsWith('FAILED'),
    }
  } finally {
    await installed.remove()
  }
}

async function runReadme(folder: string, name: string): Promise<void> {
  const source = withEndpoint(programOf(await readFile(join(ROOT, 'README.md'), 'utf8')) ?? '')
  const program = name === 'baileys' ? source : withMakeWASocket(source, name)
  const emulation = await startEmulation(folder, NUMBER)
  try {
    for (const logins of [1, 2, 3]) {
      const bot = await startProgram(folder, program, emulation.env)
      if (logins === 1) await emulation.enter(NUMBER, await bot.code())
      await until(async () => (await emulation.logins()) === logins, `login ${logins}; ${bot.output()}`)
      await bot.stop()
    }
  } finally {
    await emulation.stop()
  }
}

function withMakeWASocket(program: string, name: string): string {
  return `import { makeWASocket } from '${name}'\n${program.replaceAll('({ endpoint, ', '({ endpoint, makeWASocket, ')}`
}

async function runTests(baileys: string): Promise<{ readonly passed: number; readonly failed: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'paircode-baileys-'))
  try {
    await chmod(folder, 0o755) // One of the tests reads it as another user.
    for (const name of COPIED) await cp(join(ROOT, name), join(folder, name), { recursive: true })
    await mkdir(join(folder, 'node_modules'))
    await linkPackages(join(folder, 'node_modules'), new Map([['baileys', baileys]]))
    const report = join(folder, 'report.json')
    const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
    const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`]
    const args = [vitest, 'run', '--root', folder, ...reporters, ...TESTS]
    const { code, output } = await run(process.execPath, args, { limitMs: LIMIT_MS, env: { CI: 'true' } })
    const counts = countsOf(JSON.parse(await readFile(report, 'utf8').catch(() => 'null')) ?? undefined, code)
    if (counts.failed > 0) console.error([output, ...counts.notes].join('\n'))
    return counts
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
