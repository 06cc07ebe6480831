// `npm run proof:reconnects`: a real Baileys socket is ended by the emulator again and again (`-- 100` times by default),
// half of the times by a restart (515), half by a fault (503). Afterwards nothing of ours may be left: no connection, no
// timer, no listener, and no memory that grows with the reconnects.
// Baileys leaves timers of its own behind, one for each query that was under way (30 to 60 s): they are counted apart, and
// waited for before the memory is measured. Prints one line of figures; exit code 1 when something of ours was left.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { makeWASocket } from 'baileys'
import { connect, link } from 'paircode'
import { openStore } from 'paircode/store'
import { trackTimers } from './timer-origins.mjs'

const RECONNECTS = Number(process.argv[2] ?? 100)
const PHONE = '+12025550123'
const ONLINE_LIMIT_MS = 60_000
const DRAIN_LIMIT_MS = 120_000
/** Per reconnect. Measured: none (-11); the rest is for noise. */
const MOST_KB_EACH = 20
if (!Number.isInteger(RECONNECTS) || RECONNECTS < 20) {
  console.error('Usage: npm run proof:reconnects [-- number of reconnects, 20 or more]')
  process.exit(2)
}

// libsignal prints sessions with their keys.
console.log = () => {}

const emulator = await startEmulator()
const folder = mkdtempSync(join(tmpdir(), 'paircode-proof-'))
const timers = trackTimers()
const sockets = { now: 0, before: undefined, leftListeners: 0 }
/** Ahead of the system's: each connection seems to have been stable for a minute, so the waits stay short. */
let ahead = 0
const clock = {
  now: () => Date.now() + ahead,
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (handle) => clearTimeout(handle),
}

let failed = true
try {
  failed = !(await prove())
} finally {
  emulator.child.stdin.end()
  rmSync(folder, { recursive: true, force: true })
}
process.exit(failed ? 1 : 0)

async function prove() {
  const store = await openStore(`sqlite:${join(folder, 'sessions.db')}`)
  const { endpoint } = emulator
  const linking = link({ session: 'proof', phone: PHONE, store, endpoint })
  const { code } = await linking.code()
  await emulator.ask(`enter ${PHONE} ${code}`)
  await linking.result

  const bot = connect({ session: 'proof', store, endpoint, clock, makeWASocket: countingSocket })
  bot.on('socket', () => {})
  await online(bot)
  const startedAt = performance.now()
  let early = 0
  for (let round = 1; round <= RECONNECTS; round += 1) {
    ahead += 61_000
    const before = bot.socket
    await emulator.ask(`end ${round % 2 === 0 ? 515 : 503}`)
    await online(bot, before)
    if (round === 10) early = heapKb()
  }
  const ms = performance.now() - startedAt
  const made = sockets.now
  await bot.close()
  await bot.stopped
  await store.close()
  countLeft()

  // Node tells that a timer was cleared a turn later.
  await new Promise((resolve) => setTimeout(resolve, 100))
  const left = timers.alive()
  const drained = await drain()
  const kbEach = (heapKb() - early) / (RECONNECTS - 10)
  const figures = {
    reconnects: RECONNECTS,
    sockets: made,
    msEach: Math.round(ms / RECONNECTS),
    connectionsLeft: process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length,
    timersLeft: left.ours,
    listenersLeft: sockets.leftListeners,
    heapKbEach: Number(kbEach.toFixed(1)),
    baileysTimersLeft: left.theirs,
    baileysTimersGoneAfterS: drained,
    baileysCacheTimersLeft: left.caches,
  }
  process.stdout.write(`${JSON.stringify(figures)}\n`)
  const { connectionsLeft, timersLeft, listenersLeft } = figures
  return connectionsLeft + timersLeft + listenersLeft === 0 && kbEach < MOST_KB_EACH && made >= RECONNECTS
}

/** Baileys' own, which also counts what is still listened to on the socket before, beyond what Baileys itself put there. */
function countingSocket(config) {
  countLeft()
  const socket = makeWASocket(config)
  sockets.now += 1
  sockets.before = { ws: socket.ws, own: countsOf(socket.ws) }
  return socket
}

function countLeft() {
  if (sockets.before === undefined) return
  const { ws, own } = sockets.before
  for (const [name, count] of countsOf(ws)) sockets.leftListeners += Math.max(0, count - (own.get(name) ?? 0))
}

/** A query under way listens for its answer and for the close: those are Baileys'. */
function countsOf(ws) {
  const names = ws.eventNames().filter((name) => String(name).startsWith('CB:'))
  return new Map(names.map((name) => [name, ws.listenerCount(name)]))
}

function online(bot, before) {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`not online within ${ONLINE_LIMIT_MS} ms`)), ONLINE_LIMIT_MS)
    const look = (state) => {
      if (state.name === 'stopped') reject(new Error(`stopped: ${state.reason}`))
      if (state.name !== 'online' || bot.socket === before) return
      clearTimeout(limit)
      bot.off('state', look)
      resolve()
    }
    bot.on('state', look)
    look(bot.state)
  })
}

/** Waits until Baileys' own timers are gone; seconds. */
async function drain() {
  const startedAt = performance.now()
  while (timers.alive().theirs > 0 && performance.now() - startedAt < DRAIN_LIMIT_MS)
    await new Promise((resolve) => setTimeout(resolve, 500))
  return Math.round((performance.now() - startedAt) / 1000)
}

function heapKb() {
  globalThis.gc()
  globalThis.gc()
  return process.memoryUsage().heapUsed / 1024
}

async function startEmulator() {
  const file = fileURLToPath(new URL('../scripts/emulator-process.mjs', import.meta.url))
  const child = spawn(process.execPath, [file, PHONE], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async () => JSON.parse((await lines.next()).value)
  const { url, rootKey } = await answer()
  return {
    child,
    endpoint: { url, rootKey: Buffer.from(rootKey, 'base64') },
    async ask(question) {
      child.stdin.write(`${question}\n`)
      const { error, ...rest } = await answer()
      if (error !== undefined) throw new Error(`the emulator: ${error}`)
      return rest
    },
  }
}
