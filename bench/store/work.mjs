// What both sides do with their keys: the same calls of Baileys' authentication state, on the same values.
import { randomBytes } from 'node:crypto'

const PRE_KEYS = 812
const STORED = 1_000
const READS = 10_000
/** A ratchet's session as Baileys stores it is about so long. */
const SESSION_BYTES = 1_500
const WRITING_MS = 2_000

/** Credentials that count as linked. */
export function signed(creds) {
  const parts = ['details', 'accountSignatureKey', 'accountSignature', 'deviceSignature']
  const account = Object.fromEntries(parts.map((part) => [part, randomBytes(32)]))
  Object.assign(creds, { me: { id: '12025550123:1@s.whatsapp.net' }, account })
}

/** @type {Record<string, (open: (session: string) => Promise<{ state: any, saveCreds(): Promise<void> }>) => Promise<number>>} */
export const WORK = {
  /** ms for what a login stores at once */
  async preKeys(open) {
    const { state } = await opened(open, 'bot')
    const preKeys = newPreKeys()
    return elapsed(() => state.keys.set({ 'pre-key': preKeys }))
  },
  /** the same with the credentials */
  async newLink(open) {
    const { state, saveCreds } = await open('bot')
    signed(state.creds)
    const preKeys = newPreKeys()
    return elapsed(() => Promise.all([state.keys.set({ 'pre-key': preKeys }), saveCreds()]))
  },
  /** ms for 10,000 reads, one after the other */
  async reads(open) {
    const { state } = await opened(open, 'bot')
    const ids = Array.from({ length: STORED }, (_, id) => `1202555${id}.0`)
    await state.keys.set({ session: Object.fromEntries(ids.map((id) => [id, randomBytes(SESSION_BYTES)])) })
    return elapsed(async () => {
      for (let read = 0; read < READS; read++) {
        const id = ids[(read * 7_919) % STORED]
        if ((await state.keys.get('session', [id]))[id].length !== SESSION_BYTES) throw new Error(`${id} is not there`)
      }
    })
  },
  /** writes a second, each waited for before its session's next */
  writesOf1: (open) => writesASecond(open, 1),
  writesOf10: (open) => writesASecond(open, 10),
  writesOf100: (open) => writesASecond(open, 100),
}

function newPreKeys() {
  const pair = () => ({ public: randomBytes(32), private: randomBytes(32) })
  return Object.fromEntries(Array.from({ length: PRE_KEYS }, (_, id) => [String(id + 1), pair()]))
}

async function writesASecond(open, sessions) {
  const bots = await Promise.all(Array.from({ length: sessions }, (_, bot) => opened(open, `bot-${bot}`)))
  const start = performance.now()
  let writes = 0
  await Promise.all(
    bots.map(async ({ state }) => {
      for (let write = 0; performance.now() - start < WRITING_MS; write++) {
        await state.keys.set({ session: { [`1202555${write % 50}.0`]: randomBytes(SESSION_BYTES) } })
        writes++
      }
    }),
  )
  return (writes * 1_000) / (performance.now() - start)
}

async function opened(open, session) {
  const bot = await open(session)
  signed(bot.state.creds)
  await bot.saveCreds()
  return bot
}

export async function elapsed(work) {
  const start = performance.now()
  await work()
  return performance.now() - start
}
