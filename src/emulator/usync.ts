// User sync: does a number exist, its devices, its hidden identity, and the like.
import { childOf, childrenOf, type Node, node, textOf } from '../wire/nodes.ts'
import { signKeyIndexes } from './account-identity.ts'
import type { Account, LinkedDevice } from './accounts.ts'
import { digitsOf, lidJid, parseJid, pnJid } from './jid.ts'
import type { QueryAnswer } from './queries.ts'
import type { World } from './world.ts'

export function answerUsync(world: World, _device: LinkedDevice, iq: Node): QueryAnswer {
  const usync = childOf(iq, 'usync')
  const query = childOf(usync, 'query')
  if (usync === undefined || query === undefined) return { refusal: { code: 400 } }
  const protocols = childrenOf(query).map(({ tag }) => tag)
  const users = childrenOf(childOf(usync, 'list')).map((user) => userNode(world, protocols, user))
  const result = node(
    'result',
    {},
    protocols.map((protocol) => node(protocol)),
  )
  return { children: [node('usync', { ...usync.attrs, last: 'true' }, [result, node('list', {}, users)])] }
}

function userNode(world: World, protocols: readonly string[], asked: Node): Node {
  const phone = textOf(childOf(asked, 'contact'))
  const account =
    phone === undefined ? world.accounts.byJid(asked.attrs['jid']) : world.accounts.byDigits(digitsOf(phone))
  const jid = asked.attrs['jid'] ?? pnJid(digitsOf(phone ?? ''))
  const answers = protocols.map((protocol) =>
    account === undefined ? unknown(protocol, phone) : known(world, protocol, account, phone),
  )
  return node(
    'user',
    { jid: nameless(jid) },
    answers.filter((one) => one !== undefined),
  )
}

/** Answers are about accounts, not devices. */
function nameless(jid: string): string {
  const parsed = parseJid(jid)
  return parsed === undefined ? jid : `${parsed.user}@${parsed.server}`
}

function unknown(protocol: string, phone: string | undefined): Node | undefined {
  if (protocol === 'contact')
    return node('contact', { type: 'out' }, phone === undefined ? undefined : Buffer.from(phone))
  return protocol === 'devices' ? node('devices', {}, [node('device-list')]) : undefined
}

function known(world: World, protocol: string, account: Account, phone: string | undefined): Node | undefined {
  const { settings } = account
  if (protocol === 'contact')
    return node('contact', { type: 'in' }, phone === undefined ? undefined : Buffer.from(phone))
  if (protocol === 'lid') return node('lid', { val: lidJid(account.lid) })
  if (protocol === 'devices') return devicesNode(world, account)
  if (protocol === 'status') return node('status', {}, Buffer.from(settings.about))
  if (protocol === 'disappearing_mode')
    return node('disappearing_mode', { duration: String(settings.disappearingS), t: '0' })
  return undefined
}

function devicesNode(world: World, account: Account): Node {
  const linked = [...account.devices.values()]
  const now = world.clock.now()
  const indexes = linked.map(({ keyIndex }) => keyIndex)
  return node('devices', {}, [
    node('device-list', {}, [
      node('device', { id: '0' }),
      ...linked.map(({ id, keyIndex }) => node('device', { id: String(id), 'key-index': String(keyIndex) })),
    ]),
    node(
      'key-index-list',
      { ts: String(Math.floor(now / 1000)) },
      signKeyIndexes({ account: account.identity, rawId: account.rawId, now, indexes }),
    ),
  ])
}
