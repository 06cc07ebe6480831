import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const SCRIPTS = fileURLToPath(new URL('../../scripts', import.meta.url))

/** The scripts are JavaScript that runs before anything is installed, so they are tested from outside. */
function evaluate(code: string): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: SCRIPTS })
  expect(stderr.toString('utf8')).toBe('')
  return JSON.parse(stdout.toString('utf8'))
}

const countsOf = (report: unknown, exitCode: number): unknown =>
  evaluate(`import { countsOf } from './test-counts.mjs'
    console.log(JSON.stringify(countsOf(${JSON.stringify(report)}, ${exitCode})))`)

const file = (status: string, ...statuses: readonly string[]): object => ({
  status,
  name: 'a.test.ts',
  assertionResults: statuses.map((each) => ({ status: each, fullName: each })),
})
const report = (...files: readonly object[]): object => ({ testResults: files })

describe('the last line of npm test', () => {
  it('counts each test once', () => {
    const counts = countsOf(report(file('passed', 'passed', 'passed'), file('failed', 'failed', 'passed')), 1)
    expect(counts).toEqual({ passed: 3, failed: 1, notes: [] })
  })

  it('names what was skipped and counts it nowhere', () => {
    const counts = countsOf(report(file('passed', 'passed', 'skipped', 'todo')), 0)
    expect(counts).toEqual({ passed: 1, failed: 0, notes: ['not run: skipped', 'not run: todo'] })
  })

  it('counts a file that could not be loaded as a failure', () => {
    const counts = countsOf(report(file('passed', 'passed'), file('failed')), 1)
    expect(counts).toMatchObject({ passed: 1, failed: 1, notes: ['broken: a.test.ts'] })
  })

  it.each([
    ['no test was found', report(), 0],
    ['all were skipped', report(file('passed', 'skipped')), 0],
    ['vitest wrote no report', undefined, 124],
    ['an error came after the last test', report(file('passed', 'passed')), 1],
  ])('is a failure when %s', (_what, given, exitCode) => {
    expect(countsOf(given, exitCode)).toMatchObject({ failed: 1 })
  })
})

describe('a file with a failure', () => {
  const named = (name: string, status: string, ...statuses: readonly string[]): object => ({
    ...file(status, ...statuses),
    name,
  })
  const filesToRunAgain = (given: unknown): unknown =>
    evaluate(`import { filesToRunAgain } from './test-counts.mjs'
      console.log(JSON.stringify(filesToRunAgain(${JSON.stringify(given)})))`)
  const withSecondRun = (first: unknown, second: unknown): unknown =>
    evaluate(`import { withSecondRun } from './test-counts.mjs'
      console.log(JSON.stringify(withSecondRun(${JSON.stringify(first)}, ${JSON.stringify(second) ?? 'undefined'})))`)

  it('is run again, unless there are many', () => {
    expect(filesToRunAgain(report(named('a', 'failed', 'failed'), named('b', 'passed', 'passed')))).toEqual(['a'])
    expect(filesToRunAgain(report(...['a', 'b', 'c', 'd'].map((name) => named(name, 'failed', 'failed'))))).toEqual([])
  })

  it('counts as it did the second time, and what passes only then is named', () => {
    const [good, bad] = [named('b', 'passed', 'fine'), named('a', 'failed', 'passed', 'failed')]
    expect(withSecondRun(report(bad, good), report(named('a', 'passed', 'passed', 'passed')))).toEqual({
      report: report(named('a', 'passed', 'passed', 'passed'), good),
      notes: ['passed only when run again: failed'],
    })
  })

  it('stays failed when it fails again, or when the second run says nothing', () => {
    const bad = named('a', 'failed', 'failed')
    expect(withSecondRun(report(bad), report(bad))).toEqual({ report: report(bad), notes: [] })
    expect(withSecondRun(report(bad), undefined)).toEqual({ report: report(bad), notes: [] })
  })
})

describe.runIf(process.platform === 'linux')('running a program', () => {
  it('gives its output and its exit code', () => {
    const code = `import { run } from './programs.mjs'
      const script = 'console.log(1); console.error(2); process.exit(3)'
      console.log(JSON.stringify(await run(process.execPath, ['-e', script], { limitMs: 20000 })))`
    expect(evaluate(code)).toMatchObject({ code: 3, output: expect.stringMatching(/1[\s\S]*2|2[\s\S]*1/) })
  })

  it('ends what takes longer than its limit, and what that started', () => {
    const code = `import { run } from './programs.mjs'
      console.log(JSON.stringify(await run('sh', ['-c', 'sleep 600 & echo $!; wait'], { limitMs: 300 })))`
    const { code: exitCode, output } = evaluate(code) as { code: number; output: string }
    expect([exitCode, output]).toEqual([124, expect.stringContaining('ended after 0.3 s')])
    expect(isAlive(Number.parseInt(output, 10))).toBe(false)
  })

  it('says which program is missing', () => {
    const code = `import { run } from './programs.mjs'
      console.log(JSON.stringify(await run('no-such-program', [], { limitMs: 1000 })))`
    expect(evaluate(code)).toMatchObject({ code: 127, output: expect.stringContaining('no-such-program') })
  })

  it('passes a signal on to the whole group and then ends as that signal says', async () => {
    const code = `import { run } from './programs.mjs'
      await run('sh', ['-c', 'sleep 600 & echo $!; wait'], { limitMs: 60000, show: true })`
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { cwd: SCRIPTS })
    const [pid] = await once(child.stdout, 'data')
    child.kill('SIGTERM')
    expect(await once(child, 'close')).toEqual([143, null])
    expect(isAlive(Number(String(pid)))).toBe(false)
  })
})

describe('the lock', () => {
  it('is completed with the system that stands in a package’s name', () => {
    const packages = {
      '': {},
      'node_modules/a': {
        optionalDependencies: { 'a-linux-x64-musl': '1.0.0', '@a/darwin-arm64': '1.0.0', 'a-win32-x64': '1.0.0' },
      },
      'node_modules/a/node_modules/a-win32-x64': { version: '1.0.0' },
    }
    const code = `import { missingEntries } from './complete-lock.mjs'
      console.log(JSON.stringify(Object.fromEntries(missingEntries(${JSON.stringify(packages)}))))`
    expect(evaluate(code)).toEqual({
      'node_modules/a-linux-x64-musl': {
        version: '1.0.0',
        cpu: ['x64'],
        libc: ['musl'],
        optional: true,
        os: ['linux'],
      },
      'node_modules/@a/darwin-arm64': { version: '1.0.0', cpu: ['arm64'], optional: true, os: ['darwin'] },
    })
  })
})

/** A dead process that nobody has asked for yet ("Z") is dead. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
