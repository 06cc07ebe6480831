// Everything outside of the server: WhatsApp, the phones, and a program that begins links, listens to each and lets something
// happen to it. Says {"type":"ready","url","rootKey"}; takes one line of JSON, {"url","token"}, of the server; says
// {"type":"waiting"} when every link waits with its listener, and at the end {"type":"heard","links":[…],"mishaps":[…]}.
import { createInterface } from 'node:readline'
import { setTimeout as rest } from 'node:timers/promises'
import { exampleNumbers } from '../../bench/example-numbers.mjs'
import { startEmulator } from '../../src/emulator/index.ts'
import { inParallel } from '../parallel.ts'
import { type HeardLink, type Listening, listenTo } from './listener.ts'

/** Links that are begun at one time. */
const WIDTH = 16
/**
 * ms from one thing that happens to the next: as people come, whether the server is done with the last one or not. At once
 * they would only show how long a processor needs for a thousand of them.
 */
const BETWEEN_MS = 100

interface Server {
  readonly url: string
  readonly token: string
}

interface Waiting {
  readonly number: string
  readonly path: string
  readonly listening: Listening
}

const say = (said: { readonly type: string; readonly [more: string]: unknown }): void =>
  console.log(JSON.stringify(said))

const emulator = await startEmulator()
const phones = exampleNumbers(Number(process.env['LINKS'])).map((number) => ({
  number,
  phone: emulator.addPhone(number),
}))
const { url, rootKey } = emulator.endpoint
say({ type: 'ready', url, rootKey: Buffer.from(rootKey ?? []).toString('base64') })

for await (const line of createInterface({ input: process.stdin })) {
  say({ type: 'heard', ...(await listenToAll(JSON.parse(line) as Server)) })
  break
}
await emulator.stop()
process.exit()

/** `mishaps`: what could not be done to a link, a sentence each; its listener has heard how it went on. */
interface Heard {
  readonly links: readonly HeardLink[]
  readonly mishaps: readonly string[]
}

async function listenToAll(server: Server): Promise<Heard> {
  const waiting = await inParallel(WIDTH, phones, async ({ number }, at): Promise<Waiting> => {
    const { id } = (await call(server, 'POST', '/v1/links', { session: `bot-${at}`, phone: number })) as { id: string }
    return { number, path: `/v1/links/${id}`, listening: await listenTo(server, id) }
  })
  say({ type: 'waiting' })
  const mishaps: string[] = []
  await Promise.all(
    waiting.map(async (link, at) => {
      await rest(at * BETWEEN_MS)
      await letHappen(server, link, at).catch(async (thrown: unknown) => {
        // It may be over by itself, and is no more to be cancelled.
        await call(server, 'DELETE', link.path).catch(() => {})
        await link.listening.ended.catch(() => {})
        const why = thrown instanceof Error ? thrown.message : String(thrown)
        mishaps.push(`bot-${at}: ${why}; its link ended with ${link.listening.failure() ?? 'no failure'}`)
      })
    }),
  )
  return { links: await Promise.all(waiting.map(({ listening }) => listening.ended)), mishaps }
}

/** Every fifth is typed, two in five get another code and are cancelled then, two in five are cancelled at once. */
async function letHappen(server: Server, { number, path, listening }: Waiting, at: number): Promise<void> {
  if (at % 5 === 0) {
    await phones.find((one) => one.number === number)?.phone.enterCode(await listening.code(1))
    return
  }
  if (at % 5 < 3) {
    await call(server, 'POST', `${path}/refresh`)
    await listening.code(2)
  }
  await call(server, 'DELETE', path)
}

async function call({ url, token }: Server, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url + path, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return JSON.parse(text)
}
