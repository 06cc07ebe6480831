// Inside the program that is killed: places with a name, at one of which it dies as by kill -9. From the environment:
// KILL_AT and KILL_NTH say at which passage of which place; TELL_POINTS makes each passage a line on stdout; SLOW_STORE
// makes the store wait a moment before it writes the link, so that the line can be cut in between.
import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const { KILL_AT, KILL_NTH = '1', TELL_POINTS, SLOW_STORE } = process.env
let passages = 0

/** Written before this returns: a kill right after takes nothing back. */
export function say(what) {
  writeSync(1, `${JSON.stringify(what)}\n`)
}

export function crashPoint(name) {
  if (TELL_POINTS !== undefined) say({ type: 'point', name })
  if (name !== KILL_AT) return
  passages += 1
  if (passages < Number(KILL_NTH)) return
  say({ type: 'killed', name })
  process.kill(process.pid, 'SIGKILL')
}

/** What an effect of the linking machine is called here. Timers come under their type: there are many, and all alike. */
export function nameOfEffect(effect) {
  if (effect.type === 'emit') return `emit ${effect.event.type}`
  if (effect.type === 'send') return `send ${nameOfStanza(effect.node)}`
  return effect.type
}

function nameOfStanza({ tag, attrs, content }) {
  if (tag !== 'iq') return tag
  const stage = Array.isArray(content) ? content[0]?.attrs?.stage : undefined
  return stage ?? `${tag} ${attrs.type}`
}

/** The durable steps: before, inside the transaction where the store lets us in, and after. */
export function crashingBackend(backend) {
  return {
    ...backend,
    commit: (writes) => around('commit', () => backend.commit(writes)),
    async change(session, decide) {
      if (SLOW_STORE !== undefined) await slowly()
      return around('change', () => backend.change(session, inside('change', decide)))
    },
    update: (kind, key, decide) =>
      around(`update ${kind}`, () => backend.update(kind, key, inside(`update ${kind}`, decide))),
  }
}

let slow = false

/** Once: long enough for the line to WhatsApp to be cut meanwhile. */
async function slowly() {
  if (slow) return
  slow = true
  say({ type: 'storing' })
  await sleep(250)
}

async function around(name, work) {
  crashPoint(`before ${name}`)
  const result = await work()
  crashPoint(`after ${name}`)
  return result
}

function inside(name, decide) {
  return (...given) => {
    const decision = decide(...given)
    crashPoint(`inside ${name}`)
    return decision
  }
}

/** The first bytes on a line of the linking connection: what comes later are effects. */
export function crashAtHandshake(socket) {
  crashAtSends(socket, (count) => ['wire hello', 'wire finish'][count - 1])
}

const LOGIN_SENDS = ['hello', 'login', 'count of pre-keys', 'pre-keys', 'active', 'digest']

/** A Baileys socket from its first byte on. */
export function crashAtLogin(socket) {
  socket.ws.prependListener('CB:success', () => crashPoint('before login success'))
  socket.ws.on('CB:success', () => crashPoint('after login success'))
  crashAtSends(socket.ws.socket, (count) => `login send ${LOGIN_SENDS[count - 1] ?? 'later'}`)
}

export function crashAtSends(target, nameOf) {
  const send = target.send.bind(target)
  let count = 0
  target.send = (...given) => {
    count += 1
    const name = nameOf(count)
    if (name === undefined) return send(...given)
    crashPoint(`before ${name}`)
    send(...given)
    crashPoint(`after ${name}`)
  }
}
