import { describe } from 'vitest'
import { authStateBehaviour } from './auth-state.ts'
import { closeBehaviour } from './close.ts'
import { collectionBehaviour } from './collections.ts'
import { folderBehaviour } from './folders.ts'
import { keyChangeBehaviour } from './key-changes.ts'
import { leaseBehaviour } from './leases.ts'
import { limitBehaviour } from './limits.ts'
import type { Place } from './place.ts'
import { sessionBehaviour } from './sessions.ts'

/** What every store does, whichever database is below. A new one is done when this passes. */
export function describeStore(name: string, makePlace: () => Promise<Place>): void {
  describe(`${name}: sessions`, () => sessionBehaviour(makePlace))
  describe(`${name}: authState`, () => authStateBehaviour(makePlace))
  describe(`${name}: folders`, () => folderBehaviour(makePlace))
  describe(`${name}: limits`, () => limitBehaviour(makePlace))
  describe(`${name}: leases`, () => leaseBehaviour(makePlace))
  describe(`${name}: collections`, () => collectionBehaviour(makePlace))
  describe(`${name}: a change of the key`, () => keyChangeBehaviour(makePlace))
  describe(`${name}: close`, () => closeBehaviour(makePlace))
}
