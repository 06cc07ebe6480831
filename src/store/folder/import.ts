// A folder of Baileys into the store: read and checked whole, then written in one transaction.
import type { Clock } from '../../lib/clock.ts'
import type { KeyPair } from '../../wire/bridge.ts'
import { pack } from '../codec.ts'
import type { ImportReport } from '../contract.ts'
import { refuseLive } from '../life-cycle.ts'
import { preKeyNumber } from '../pre-key-block.ts'
import type { Sessions } from '../sessions.ts'
import { nextTurn, SLICE } from '../slices.ts'
import { type FolderContents, readFolder } from './contents.ts'
import { isKeyPair } from './key-values.ts'
import { checkedPath } from './path.ts'
import { resolvedFolder } from './read.ts'

export async function importFolder(
  sessions: Sessions,
  clock: Clock,
  folder: string,
  session: string,
): Promise<ImportReport> {
  const path = checkedPath(folder)
  const live = await sessions.live(session)
  if (live !== undefined) refuseLive([live.row], session, 'imported', 'import the folder')
  const { credentials, keys, skipped } = await readFolder(await resolvedFolder(path))
  await sessions.adopt({
    session,
    deviceName: '', // Baileys' credentials do not hold it
    credentials,
    ...(await sorted(keys)),
    createdAt: clock.now(),
    pairedPreKeyId: credentials.firstUnuploadedPreKeyId,
    confirmed: true,
  })
  return { jid: credentials.me?.id ?? '', keys: keys.length, skipped }
}

interface SortedKeys {
  readonly preKeys: readonly { readonly id: number; readonly keyPair: KeyPair }[]
  readonly keys: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>
}

/** Pre-keys into the block that fresh links have, everything else by type and id. */
async function sorted(all: FolderContents['keys']): Promise<SortedKeys> {
  const preKeys: { id: number; keyPair: KeyPair }[] = []
  const keys = new Map<string, Map<string, Uint8Array>>()
  for (const [index, { type, id, value }] of all.entries()) {
    const number = type === 'pre-key' ? preKeyNumber(id) : undefined
    if (number !== undefined && isKeyPair(value)) preKeys.push({ id: number, keyPair: value })
    else keys.set(type, (keys.get(type) ?? new Map<string, Uint8Array>()).set(id, pack(value)))
    if (index % SLICE === SLICE - 1) await nextTurn()
  }
  return { preKeys, keys }
}
