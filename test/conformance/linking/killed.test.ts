// A process that dies at the worst moments. The next start comes online, or asks for a new code by itself; never a 401.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { build } from '../../../scripts/build.mjs'
import { type Emulator, type Phone, startEmulator } from '../../../src/emulator/index.ts'
import { openStore } from '../../../src/store/index.ts'
import { NUMBER } from './stage.ts'

beforeAll(() => build(), 120_000)

interface Linker {
  readonly seen: readonly {
    readonly type: string
    readonly code?: string
    readonly error?: { readonly status?: number }
  }[]
  until(type: string): Promise<{ readonly code?: string }>
  kill(): Promise<void>
}

async function scene(): Promise<{ emulator: Emulator; phone: Phone; storeUrl: string; start: () => Linker }> {
  const emulator = await startEmulator()
  const phone = emulator.addPhone(NUMBER)
  const folder = await mkdtemp(join(tmpdir(), 'paircode-killed-'))
  const storeUrl = `sqlite:${join(folder, 'sessions.db')}`
  const children: ChildProcess[] = []
  onTestFinished(async () => {
    for (const child of children) child.kill('SIGKILL')
    await emulator.stop()
    await rm(folder, { recursive: true, force: true })
  })
  const start = (): Linker => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./linker.mjs', import.meta.url))], {
      env: {
        ...process.env,
        NODE_ENV: 'test',
        STORE_URL: storeUrl,
        ENDPOINT_URL: emulator.endpoint.url,
        ROOT_KEY: Buffer.from(emulator.endpoint.rootKey).toString('base64'),
        PHONE: NUMBER,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    return follow(child)
  }
  return { emulator, phone, storeUrl, start }
}

function follow(child: ChildProcess): Linker {
  const seen: { type: string; code?: string }[] = []
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  if (child.stdout === null) throw new Error('the child has no output')
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{"type"')) seen.push(JSON.parse(line) as { type: string })
  })
  return {
    seen,
    async until(type) {
      await expect.poll(() => seen.some((event) => event.type === type), { timeout: 20_000 }).toBe(true)
      return seen.find((event) => event.type === type) ?? {}
    },
    async kill() {
      child.kill('SIGKILL')
      await exit
    },
  }
}

test.each(['never typed', 'typed wrong'])(
  'killed with a code that was %s: the next start shows a new code, which links',
  async (how) => {
    const { emulator, phone, storeUrl, start } = await scene()
    const first = start()
    const { code = '' } = await first.until('code')
    if (how === 'typed wrong')
      await expect(phone.enterCode(`${code.slice(0, 8)}${code.endsWith('Z') ? 'Y' : 'Z'}`)).rejects.toMatchObject({
        code: 'wrong-code',
      })
    await first.kill()
    const store = await openStore(storeUrl)
    expect(await store.list()).toEqual([])
    await store.close()

    const second = start()
    const next = await second.until('code')
    expect(next.code).not.toBe(code)
    await phone.enterCode(next.code ?? '')
    await second.until('online')
    expect(second.seen.map((event) => event.type)).not.toContain('failed')
    expect(emulator.logins).toHaveLength(1)
  },
  60_000,
)

test('killed right after pairing: the next start comes online without a code', async () => {
  const { emulator, phone, start } = await scene()
  emulator.hold({ at: 'login' })
  const first = start()
  const { code = '' } = await first.until('code')
  const { jid } = await phone.enterCode(code)
  await first.until('paired')
  await first.kill()
  emulator.hold({ at: 'login', times: 0 })
  const second = start()
  await second.until('online')
  expect(second.seen.map((event) => event.type)).toEqual(['connecting', 'online'])
  expect(phone.linkedDevices()).toMatchObject([{ jid }])
  expect(emulator.logins).toHaveLength(1)
}, 60_000)
