// Pre-keys: how many are left, upload, digest, rotation, and the bundles that others ask for.
import { createHash } from 'node:crypto'
import { childOf, childrenOf, type Node, node } from '../wire/nodes.ts'
import type { LinkedDevice } from './accounts.ts'
import { uintBytes } from './client-payload.ts'
import { parseJid } from './jid.ts'
import { bundleNodes, type KeyBundle, signedPreKeyNode } from './keys.ts'
import { takeBundle } from './pre-key-supply.ts'
import type { QueryAnswer } from './queries.ts'
import type { World } from './world.ts'

export function answerEncrypt(world: World, device: LinkedDevice, iq: Node): QueryAnswer {
  const key = childOf(iq, 'key')
  if (key !== undefined)
    return {
      children: [
        node(
          'list',
          {},
          childrenOf(key).map((user) => bundleOf(world, user)),
        ),
      ],
    }
  if (childOf(iq, 'count') !== undefined) return { children: [node('count', { value: String(device.keys.count) })] }
  if (childOf(iq, 'digest') !== undefined) return digest(device)
  const rotate = childOf(iq, 'rotate')
  if (rotate !== undefined) return device.keys.rotate(childOf(rotate, 'skey')) ? {} : { refusal: { code: 406 } }
  if (childOf(iq, 'list') !== undefined) return device.keys.upload(iq) ? {} : { refusal: { code: 406 } }
  return { refusal: { code: 400 } }
}

/** One `user` of the answer: the bundle, or why there is none. */
function bundleOf(world: World, user: Node): Node {
  const { jid = '' } = user.attrs
  const bundle = bundleFor(world, jid)
  if (bundle === undefined) return node('user', { jid }, [node('error', { code: '404', text: 'item-not-found' })])
  return node('user', { jid }, bundleNodes(bundle))
}

function bundleFor(world: World, jid: string): KeyBundle | undefined {
  const account = world.accounts.byJid(jid)
  if (account !== undefined && parseJid(jid)?.device === 0) return world.post.phoneBundle(account)
  const device = world.accounts.deviceByJid(jid)
  return device && takeBundle(device)
}

/** What the server holds for the device, and a hash over it, so that the device can tell whether it is its own. */
function digest({ keys }: LinkedDevice): QueryAnswer {
  if (keys.count === 0) return { refusal: { code: 404 } }
  const ids = keys.preKeyIds.map((id) => node('id', {}, uintBytes(id, 3)))
  const hash = createHash('sha1')
    .update(keys.identity)
    .update(keys.signedPreKey.value)
    .update(keys.signedPreKey.signature)
  for (const value of keys.preKeyValues) hash.update(value)
  return {
    children: [
      node('digest', {}, [
        node('registration', {}, uintBytes(keys.registrationId, 4)),
        node('type', {}, Uint8Array.of(5)),
        node('identity', {}, keys.identity),
        signedPreKeyNode(keys.signedPreKey),
        node('list', {}, ids),
        node('hash', {}, hash.digest()),
      ]),
    ],
  }
}
