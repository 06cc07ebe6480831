// A login connection: a linked device comes online (docs/protocol.md section 9).
import { childOf, type Node, node } from '../wire/nodes.ts'
import type { LinkedDevice, OnlineDevice } from './accounts.ts'
import { type LoginPayload, sameBytes } from './client-payload.ts'
import type { Line, Receiver } from './connection.ts'
import { createDialogue, type Dialogue } from './dialogue.ts'
import { digitsOf, lidJid, parseJid, pnJid } from './jid.ts'
import { goOffline } from './presence.ts'
import { answerQuery } from './queries.ts'
import { edgeRouting, failureNode } from './server-words.ts'
import { replaced } from './stream-errors.ts'
import { isTampering, reach, type World } from './world.ts'

interface Login extends OnlineDevice {
  readonly dialogue: Dialogue
  readonly device: LinkedDevice
}

/** Undefined when the device is not linked: it was told so, and the connection ended. */
export function serveLogin(
  world: World,
  line: Line,
  client: { readonly key: Uint8Array; readonly payload: LoginPayload },
): (Receiver & { readonly dialogue: Dialogue; belongsTo(target: string): boolean }) | undefined {
  const { payload } = client
  const device = world.accounts.deviceByJid(pnJid(payload.user, payload.device))
  if (device === undefined || !sameBytes(device.noiseKey, client.key)) {
    line.end(failureNode({ code: 401 }))
    return undefined
  }

  const dialogue = createDialogue(line, world.clock)
  let admitted = false
  let active = !payload.passive

  const login: Login = {
    line,
    dialogue,
    device,
    get active() {
      return active
    },
    notify: dialogue.notify,
  }

  const activate = (): void => {
    active = true
    deliverWaiting(login)
    world.post.greet(device)
  }

  const admit = (twice: boolean): void => {
    device.online?.line.end(replaced())
    device.online = login
    admitted = true
    world.noteLogin(device)
    line.send(successNode(world, device))
    if (twice) line.send(successNode(world, device))
    line.send(edgeRouting())
    if (active) activate()
  }

  const take = (stanza: Node): void => {
    if (dialogue.takes(stanza)) return
    if (stanza.tag === 'iq') return takeQuery(stanza)
    world.post.take(device, stanza)
  }

  const takeQuery = (iq: Node): void => {
    const isUpload = iq.attrs['xmlns'] === 'encrypt' && childOf(iq, 'list') !== undefined
    if (!isUpload) return answer(iq)
    reach(world, line, 'prekey_upload', (fault) => {
      if (fault?.kind === 'disconnect') return line.drop()
      if (fault?.kind === 'fail') return dialogue.refuse(iq, fault)
      answer(iq)
      if (isTampering(fault, 'duplicate')) dialogue.answer(iq)
    })
  }

  const answer = (iq: Node): void => {
    const { children, refusal, afterwards } = answerQuery(world, device, iq)
    if (refusal !== undefined) return dialogue.refuse(iq, refusal)
    dialogue.answer(iq, children)
    if (iq.attrs['xmlns'] === 'passive') {
      const becomes = childOf(iq, 'active') !== undefined
      if (becomes && !active) activate()
      active = becomes
    }
    afterwards?.()
  }

  reach(world, line, 'login', (fault) => {
    if (fault?.kind === 'disconnect') return line.drop()
    if (fault?.kind === 'fail') return line.end(failureNode(fault))
    admit(isTampering(fault, 'duplicate'))
  })

  return {
    dialogue,
    belongsTo(target) {
      if (!target.includes('@')) return digitsOf(target) === device.account.digits
      const named = world.accounts.byJid(target) === device.account
      return named && [0, device.id].includes(parseJid(target)?.device ?? 0)
    },
    receive(stanza) {
      if (admitted) take(stanza)
    },
    closed() {
      dialogue.close()
      if (device.online !== login) return
      device.online = undefined
      goOffline(device)
    },
  }
}

/** What waited while the device was offline, then the count, which tells the device that it has caught up. */
function deliverWaiting({ device, line }: Login): void {
  const waiting = device.mailbox.waiting()
  if (waiting.length > 0) line.send(node('ib', {}, [offlinePreview(waiting)]))
  for (const [index, stanza] of waiting.entries())
    line.send({ ...stanza, attrs: { ...stanza.attrs, offline: String(index) } })
  line.send(node('ib', {}, [node('offline', { count: String(waiting.length) })]))
}

function offlinePreview(waiting: readonly Node[]): Node {
  const count = (tag: string): string => String(waiting.filter((stanza) => stanza.tag === tag).length)
  return node('offline_preview', {
    count: String(waiting.length),
    message: count('message'),
    receipt: count('receipt'),
    notification: count('notification'),
    appdata: '0',
  })
}

function successNode(world: World, { account, id }: LinkedDevice): Node {
  return node('success', {
    t: String(Math.floor(world.clock.now() / 1000)),
    lid: lidJid(account.lid, id),
    display_name: account.name,
    location: 'emulator',
  })
}
