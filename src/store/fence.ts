// Keeps out a process that does not know that the key was changed. A change of the key seals the details of a link
// first, and whoever writes to a link looks at them in the same transaction: what an outdated process would write comes
// either before, and is sealed anew like everything else, or is refused.
import { StoreError } from '../errors.ts'
import type { Backend, LinkRow } from './backend.ts'
import type { Seal } from './seal.ts'

/** @throws StoreError wrong-key when one of the links was sealed with a key that is not here */
export function refuseOutdated(seal: Seal, links: readonly LinkRow[]): void {
  if (!links.every(({ details }) => seal.isKnown(details))) throw outdated()
}

/** The same for a name without links: all there is to look at is the check value. */
export async function refuseOutdatedStore(seal: Seal, backend: Backend): Promise<void> {
  const check = await backend.readCheck()
  if (check !== undefined && !seal.isKnown(check)) throw outdated()
}

function outdated(): StoreError {
  return new StoreError('wrong-key', 'another process has changed the key of the store: nothing was written', {
    advice: 'Start this process again with the new key.',
  })
}
