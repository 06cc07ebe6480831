// npm run proof:nodes -- [major versions, default 22 24] [-- what vitest takes, default the folders below]
//
// Proves: the suites hold on newer Nodes than the oldest one that is supported, which `npm test` runs on. Each Node comes as
// an npm package that is nothing but its binary (no install script), into a temporary folder; the tests, and every process that
// they start, run on it with the node_modules of this checkout.
//
// Takes about 3 minutes a version. Exits 1 when a test failed.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, run, runNpm, secondsSince } from '../scripts/programs.mjs'
import { countsOf } from '../scripts/test-counts.mjs'

const FOLDERS = ['conformance', 'store', 'wire', 'linking']
const LIMIT_MS = 30 * 60_000
/** ms for each test that names no limit of its own: the machine may be busy. */
const TEST_MS = 180_000

const given = process.argv.slice(2)
const versions = given.filter((argument) => /^\d+$/.test(argument))
const forVitest = given.filter((argument) => !/^\d+$/.test(argument) && argument !== '--')
const folder = mkdtempSync(join(tmpdir(), 'paircode-nodes-'))
const figures = []
try {
  for (const version of versions.length > 0 ? versions : ['22', '24']) figures.push(await proveOn(version))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`nodes: ${figures.map(({ words }) => words).join('; ')}`)
process.exitCode = figures.every(({ failed }) => failed === 0) ? 0 : 1

async function proveOn(version) {
  const start = performance.now()
  const node = await installNode(version)
  const { output: name } = await run(node, ['--version'], { limitMs: LIMIT_MS })
  const report = join(folder, `report-${version}.json`)
  const what = forVitest.length > 0 ? forVitest : FOLDERS.map((room) => `test/${room}/`)
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`]
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const { code, output } = await run(node, [vitest, 'run', `--testTimeout=${TEST_MS}`, ...reporters, ...what], {
    limitMs: LIMIT_MS,
    env: { CI: 'true' },
  })
  const { passed, failed, notes } = countsOf(readReport(report), code)
  if (failed > 0) console.error([output, ...notes].join('\n'))
  return { failed, words: `${name} ${passed} passed, ${failed} failed (${secondsSince(start)})` }
}

/** The path of the binary. */
async function installNode(version) {
  const name = `node-${process.platform}-${process.arch}`
  const args = [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  const { code, output } = await runNpm([...args, `${name}@${version}`], { limitMs: LIMIT_MS })
  if (code !== 0) throw new Error(`npm could not install ${name}@${version}:\n${output}`)
  return join(folder, 'node_modules', name, 'bin', 'node')
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
