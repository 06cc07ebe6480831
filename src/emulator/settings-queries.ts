// Properties, privacy, blocking, about text, pictures and the other small queries that a client makes.
import { bytesOf, childOf, childrenOf, type Node, node, textOf } from '../wire/nodes.ts'
import type { LinkedDevice } from './accounts.ts'
import { lidJid, pnJid } from './jid.ts'
import type { QueryAnswer, QueryHandler } from './queries.ts'
import type { World } from './world.ts'

/** No property differs from what a client assumes by itself. */
export const answerProps: QueryHandler = () => ({
  children: [node('props', { protocol: '1', hash: 'emulator', refresh: '86400', refresh_id: '1' })],
})

export function answerBlocklist(world: World, { account }: LinkedDevice, iq: Node): QueryAnswer {
  const { blocked } = account.settings
  if (iq.attrs['type'] === 'set') {
    for (const { attrs } of childrenOf(iq)) {
      const other = world.accounts.byJid(attrs['jid'] ?? attrs['pn_jid'])
      if (other === undefined) return { refusal: { code: 404 } }
      if (attrs['action'] === 'block') blocked.add(other.digits)
      else blocked.delete(other.digits)
    }
  }
  const items = [...blocked].map((digits) => {
    const other = world.accounts.byDigits(digits)
    return node('item', { jid: other === undefined ? pnJid(digits) : lidJid(other.lid), pn_jid: pnJid(digits) })
  })
  return { children: [node('list', { dhash: `${blocked.size}` }, items)] }
}

const PRIVACY = ['readreceipts', 'profile', 'status', 'online', 'last', 'groupadd', 'calladd', 'messages']

export function answerPrivacy(_world: World, { account }: LinkedDevice, iq: Node): QueryAnswer {
  const { privacy } = account.settings
  if (childOf(iq, 'tokens') !== undefined) return {}
  for (const { attrs } of iq.attrs['type'] === 'set' ? childrenOf(childOf(iq, 'privacy')) : [])
    privacy.set(attrs['name'] ?? '', attrs['value'] ?? '')
  const categories = PRIVACY.map((name) => node('category', { name, value: privacy.get(name) ?? 'all' }))
  return { children: [node('privacy', {}, categories)] }
}

export function answerStatus(_world: World, { account }: LinkedDevice, iq: Node): QueryAnswer {
  account.settings.about = textOf(childOf(iq, 'status')) ?? ''
  return {}
}

export function answerDisappearing(_world: World, { account }: LinkedDevice, iq: Node): QueryAnswer {
  const mode = childOf(iq, 'disappearing_mode')
  account.settings.disappearingS = Number(mode?.attrs['duration'] ?? 0)
  return {}
}

/** Nobody here has a picture: setting one is taken, asking for one finds nothing. */
export function answerPicture(_world: World, _device: LinkedDevice, iq: Node): QueryAnswer {
  if (iq.attrs['type'] === 'get') return { refusal: { code: 404 } }
  return bytesOf(childOf(iq, 'picture')) === undefined
    ? {}
    : { children: [node('picture', { id: '1', type: 'image' })] }
}

export const answerDirty: QueryHandler = () => ({})

/** Media would go to hosts of their own; there are none, and a client must not be sent to WhatsApp's. */
export const answerMedia: QueryHandler = (_world, _device, iq) =>
  childOf(iq, 'media_conn') === undefined
    ? { refusal: { code: 501 } }
    : {
        children: [
          node('media_conn', { auth: 'emulator', ttl: '3600', auth_ttl: '21600', max_buckets: '12', id: '1' }),
        ],
      }

/** The two questions that Baileys asks by itself: is this account restricted, and how many new chats may it start. */
const MEX: Readonly<Record<string, unknown>> = {
  '23983697327930364': { xwa2_fetch_account_reachout_timelock: { is_active: false } },
  '24503548349331633': { xwa2_message_capping_info: { total_quota: -1, used_quota: 0, cycle_start_timestamp: '0' } },
}

export const answerMex: QueryHandler = (_world, _device, iq) => {
  const data = MEX[childOf(iq, 'query')?.attrs['query_id'] ?? '']
  const body =
    data === undefined ? { data: null, errors: [{ message: 'not found', extensions: { error_code: 404 } }] } : { data }
  return { children: [node('result', {}, Buffer.from(JSON.stringify(body)))] }
}

/** There are no groups. */
export const answerGroups: QueryHandler = (_world, _device, iq) =>
  childOf(iq, 'participating') === undefined ? { refusal: { code: 404 } } : { children: [node('groups')] }
