// App state (pins, names, archives …): sealed patches that an account's devices exchange. The server keeps them in
// order and cannot read them.
import { bytesOf, childOf, childrenOf, type Node, node } from '../wire/nodes.ts'
import { encodeMessage } from '../wire/protobuf.ts'
import type { LinkedDevice } from './accounts.ts'
import type { QueryAnswer } from './queries.ts'
import type { World } from './world.ts'

export function answerAppState(_world: World, device: LinkedDevice, iq: Node): QueryAnswer {
  const sync = childOf(iq, 'sync')
  if (sync === undefined) return { refusal: { code: 400 } }
  const changed: string[] = []
  const collections = childrenOf(sync).map((asked) => collectionNode(device, asked, changed))
  return {
    children: [node('sync', {}, collections)],
    afterwards: changed.length === 0 ? undefined : () => tellOthers(device, changed),
  }
}

function collectionNode({ account }: LinkedDevice, asked: Node, changed: string[]): Node {
  const { name = '', version = '0' } = asked.attrs
  const known = account.settings.collections
  const patches = known.get(name) ?? []
  const patch = bytesOf(childOf(asked, 'patch') ?? childOf(childOf(asked, 'patches'), 'patch'))
  const from = Number(version)
  if (patch === undefined) {
    const missing = patches.slice(from).map((bytes) => node('patch', {}, bytes))
    // The version is where the first patch starts, which is how a client numbers patches that carry no number.
    return node('collection', { name, version: String(from), has_more_patches: 'false' }, [
      node('patches', {}, missing),
    ])
  }
  if (from !== patches.length)
    return node('collection', { name, version: String(patches.length), type: 'error' }, [
      node('error', { code: '409', text: 'conflict' }),
    ])
  known.set(name, [...patches, numbered(patch, from + 1)])
  changed.push(name)
  return node('collection', { name, version: String(from + 1) })
}

/** The server numbers a patch, as the sender leaves its version out. */
function numbered(patch: Uint8Array, version: number): Uint8Array {
  return Buffer.concat([encodeMessage([[1, encodeMessage([[1, version]])]]), patch])
}

function tellOthers(device: LinkedDevice, names: readonly string[]): void {
  for (const other of device.account.devices.values()) {
    if (other === device) continue
    for (const name of names) {
      const version = String(device.account.settings.collections.get(name)?.length ?? 0)
      other.online?.notify('server_sync', [node('collection', { name, version })])
    }
  }
}
