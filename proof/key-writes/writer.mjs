// The program that is killed while it writes: eight writers of keys, one of credentials, one that adds and removes sessions, all
// at once. It says on stdout what it begins, and what is stored before it goes on. A write that failed is tried again with the
// same values, until it is stored.
import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from 'paircode/store'
import { keysOf, sequenceIn, WRITERS } from './values.mjs'

const { STORE_URL, STORE_KEY } = process.env
const key = STORE_KEY === undefined ? {} : { key: Buffer.from(STORE_KEY, 'base64') }
const say = (type, name, seq) => writeSync(1, `${JSON.stringify({ type, name, seq })}\n`)

process.on('uncaughtException', (error) => {
  say('ended', error.message)
  process.exit(1)
})

const store = await openStore(STORE_URL, key)
const { state, saveCreds } = await signed('sales')
await Promise.all([...WRITERS.map(writeKeys), writeCredentials(), changeSessions()])

async function signed(session) {
  const auth = await store.authState(session)
  const { creds } = auth.state
  if (creds.account !== undefined) return auth
  const bytes = (length) => Buffer.alloc(length, session)
  creds.me = { id: '12025550123:1@s.whatsapp.net', lid: '100000000000001:1@lid' }
  creds.account = {
    details: bytes(20),
    accountSignatureKey: bytes(32),
    accountSignature: bytes(64),
    deviceSignature: bytes(64),
  }
  creds.registered = true
  await auth.saveCreds()
  return auth
}

async function writeKeys(writer) {
  const name = `${writer}.one`
  const { [name]: last } = await state.keys.get('session', [name])
  for (let seq = sequenceIn(last) + 1; ; seq++) await stored(writer, seq, () => state.keys.set(keysOf(writer, seq)))
}

async function writeCredentials() {
  for (let seq = state.creds.accountSyncCounter + 1; ; seq++) {
    state.creds.accountSyncCounter = seq
    await stored('credentials', seq, saveCreds)
  }
}

/** Session n is there from its adding until n + 2 was added. */
async function changeSessions() {
  const numbers = (await store.list()).map(({ session }) => Number(/^extra-(\d+)$/.exec(session)?.[1] ?? 0))
  for (let seq = Math.max(0, ...numbers) + 1; ; seq++) {
    await stored('added', seq, () => signed(`extra-${seq}`))
    const old = seq - 2
    if ((await store.get(`extra-${old}`)) === undefined) continue
    await stored('removed', old, async () => {
      if ((await store.get(`extra-${old}`)) !== undefined) await store.remove(`extra-${old}`)
    })
  }
}

async function stored(name, seq, write) {
  say('begun', name, seq)
  for (;;) {
    try {
      await write()
      break
    } catch (error) {
      if (process.env.MAY_FAIL === undefined) throw error
      say('failed', name, seq)
      await sleep(20)
    }
  }
  say('stored', name, seq)
}
