// npm start, from outside: what it prints and how it ends. The scripts run what is built, and build it when it is not.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { noBrowser } from '../../scripts/packaged-browser.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const LIMIT_MS = 300_000
/** With a launch that fails, as where the browser's package is not installed. */
const WITHOUT_BROWSER = `import { auto } from './scripts/start/auto.mjs'
import { openWorld } from './scripts/start/world.mjs'
const world = await openWorld()
process.exitCode = await auto(world, new Promise(() => {}), () => Promise.reject(new Error('no such package')))
await world.close()`

function run(...args: readonly string[]) {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    ended.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    ended.stderr += chunk
  })
  return { child, ended, over: once(child, 'close').then(([code]) => ({ code, ...ended })) }
}

const STORY = [
  /invites \+1•+23/,
  /pairing code [1-9A-Z]{4}-[1-9A-Z]{4}/,
  /link page says: Linked/,
  /online/,
  /writes: Hello, bot!/,
  /echo: Hello, bot!/,
  /contact reads: Hello, bot!/,
]

function expectStory(stdout: string): void {
  const lines = stdout.split('\n')
  const order = STORY.map((pattern) => lines.findIndex((line) => pattern.test(line)))
  expect(order, stdout).not.toContain(-1)
  expect([...order].sort((a, b) => a - b)).toEqual(order)
}

describe('npm start', () => {
  it('--auto goes through the three pages, one line a step, and ends with 0', { timeout: LIMIT_MS }, async () => {
    const { code, stdout } = await run('scripts/start.mjs', '--auto').over
    expect(code).toBe(0)
    expectStory(stdout)
    expect(stdout).toContain(noBrowser ?? 'in the packaged browser')
    expect(stdout).not.toMatch(/Buffer|2025550/)
  })

  it('goes through them by their forms where no browser can be had, and says so', { timeout: LIMIT_MS }, async () => {
    const { code, stdout } = await run('--input-type=module', '-e', WITHOUT_BROWSER).over
    expect(code).toBe(0)
    expectStory(stdout)
    expect(stdout).toContain('without a browser')
  })

  it('--refuse 403 says why, what to do, and ends with 3', { timeout: LIMIT_MS }, async () => {
    const { code, stderr } = await run('scripts/start.mjs', '--refuse', '403').over
    expect(code).toBe(3)
    expect(stderr).toMatch(/Forbidden[\s\S]*Open WhatsApp on the phone[\s\S]*paircode explain forbidden/)
  })

  it('refuses what it does not know', async () => {
    expect((await run('scripts/start.mjs', '--fast').over).code).toBe(2)
    expect((await run('scripts/start.mjs', '--refuse', 'often').over).code).toBe(2)
  })

  it('by itself names the pages, and Ctrl-C ends it all', { timeout: LIMIT_MS }, async () => {
    const { child, ended, over } = run('scripts/start.mjs')
    await expect.poll(() => ended.stdout, { timeout: LIMIT_MS }).toContain('Ctrl-C')
    const addresses = ended.stdout.match(/http:\/\/127\.0\.0\.1:\d+\/\S+/g) ?? []
    expect(addresses).toHaveLength(3)
    for (const address of addresses) expect((await fetch(address)).status, address).toBe(200)
    child.kill('SIGINT')
    expect((await over).code).toBe(0)
  })
})
