// `npm test`: installs, builds, then every check and every test. Ends with `N passed, N failed`, exit code 1 when anything
// failed or when no test ran.
//   npm test -- --only biome,vitest     only these
//   npm test -- test/wire -t frames     what is not ours goes to vitest
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from './build.mjs'
import { install } from './install.mjs'
import { runTool, secondsSince } from './programs.mjs'
import { countsOf, filesToRunAgain, withSecondRun } from './test-counts.mjs'

const UNHANDLED = fileURLToPath(new URL('./unhandled-errors.mjs', import.meta.url))
const TESTS_LIMIT_MS = 30 * 60_000
const total = { passed: 0, failed: 0 }

const { only, forVitest } = readArguments(process.argv.slice(2))
const chosen = (name) => only.length === 0 || only.includes(name)

if (await step('install', install)) {
  // Not before the install: these load packages.
  const { checks, withTarball } = await import('./checks.mjs')
  refuseUnknown([...checks.map(({ name }) => name), 'vitest'])
  await step('build', build)
  await step('pack', () => withTarball((tarball) => runAll(checks, tarball)))
}
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 ? 0 : 1

async function runAll(checks, tarball) {
  for (const check of checks.filter(({ name }) => chosen(name))) await runCheck(check, tarball)
  if (chosen('vitest')) await runVitest(tarball)
}

async function runCheck({ name, run }, tarball) {
  const start = performance.now()
  const { code, output } = await run(tarball).catch((error) => ({ code: 1, output: String(error.stack) }))
  total[code === 0 ? 'passed' : 'failed'] += 1
  console.log(`${name.padEnd(8)} ${code === 0 ? 'passed' : 'failed'} ${secondsSince(start).padStart(7)}`)
  if (code !== 0) console.log(output.replaceAll(/^/gm, '  '))
}

/** What the rest stands on: counts only when it fails. */
async function step(name, work) {
  try {
    await work()
    return true
  } catch (error) {
    total.failed += 1
    console.log(`${name.padEnd(8)} failed\n${error.message.replaceAll(/^/gm, '  ')}`)
    return false
  }
}

async function runVitest(tarball) {
  const folder = mkdtempSync(join(tmpdir(), 'paircode-test-'))
  try {
    const first = await vitest(tarball, join(folder, 'report.json'), forVitest)
    let { code, report } = first
    // An error that nobody awaited is nobody's chance: no second run makes it good.
    const again = first.unhandled > 0 ? [] : filesToRunAgain(report)
    if (again.length > 0) {
      console.log(
        `\nrun again, with the machine to ${again.length === 1 ? 'itself' : 'themselves'}: ${again.join(', ')}`,
      )
      const second = await vitest(tarball, join(folder, 'second.json'), again)
      const merged = withSecondRun(report, second.report)
      for (const note of merged.notes) console.log(note)
      ;({ code, report } = { code: second.code, report: merged.report })
    }
    const { passed, failed, notes } = countsOf(report, code)
    for (const note of notes) console.log(note)
    total.passed += passed
    total.failed += failed
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function vitest(tarball, report, forVitest) {
  const reporters = ['default', 'json', UNHANDLED].map((name) => `--reporter=${name}`)
  const plain = process.stdout.isTTY ? {} : { NO_COLOR: '1' }
  const told = `${report}.unhandled`
  const env = { CI: 'true', PAIRCODE_TEST_TARBALL: tarball, PAIRCODE_TEST_UNHANDLED: told, ...plain }
  const { code } = await runTool('vitest', ['run', ...reporters, `--outputFile.json=${report}`, ...forVitest], {
    show: true,
    limitMs: TESTS_LIMIT_MS,
    env,
  })
  return { code, report: readReport(report), unhandled: readReport(told) ?? 0 }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

function readArguments(args) {
  const at = args.indexOf('--only')
  if (at === -1) return { only: [], forVitest: args }
  return { only: (args[at + 1] ?? '').split(','), forVitest: [...args.slice(0, at), ...args.slice(at + 2)] }
}

function refuseUnknown(known) {
  const unknown = only.filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  console.error(
    `--only takes one or more of: ${known.join(', ')}. Not one of them: ${unknown.join(', ') || '(nothing)'}`,
  )
  process.exit(2)
}
