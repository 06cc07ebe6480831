// Keeps out a process whose key is not the store's any more. A link takes writes only from who has its details under the
// own key, which is looked at in the transaction of the write; and only who has the store's check value under the own key
// may seal details anew. A change of the key begins with the check value and goes on with the details of each link: what
// an outdated process writes comes either before, and is sealed anew like everything else, or is refused.
import { StoreError } from '../errors.ts'
import type { Backend, LinkRow } from './backend.ts'
import { openDetails, sealDetails } from './links.ts'
import type { Seal } from './seal.ts'

/** For what leaves the sealed part of links as it is. @throws StoreError wrong-key when one of them cannot be opened */
export function refuseUnknown(seal: Seal, links: readonly LinkRow[]): void {
  if (!links.every(({ details }) => seal.isKnown(details))) throw outdated()
}

/** @throws StoreError wrong-key when the store has another key by now, also one that is here as a previous one */
export async function refuseOutdated(seal: Seal, backend: Backend): Promise<void> {
  const check = await backend.readCheck()
  if (check !== undefined && !seal.isCurrent(check)) throw outdated()
}

/**
 * Seals the details of a link with the current key, when they are still as in `row`. Call it only when the check value was
 * seen to be sealed with the current key *after* the row was read.
 */
export function resealDetails(backend: Backend, seal: Seal, { link, session, details }: LinkRow): Promise<void> {
  return backend.change(session, (links) => {
    const row = links.find((candidate) => candidate.link === link)
    if (row === undefined || Buffer.compare(row.details, details) !== 0) return { writes: [], result: undefined }
    const sealed = sealDetails(seal, row, openDetails(seal, row))
    return { writes: [{ type: 'put-link', row: { ...row, details: sealed } }], result: undefined }
  })
}

export function outdated(): StoreError {
  return new StoreError('wrong-key', 'another process has changed the key of the store: nothing was written', {
    advice: 'Start this process again with the new key.',
  })
}
