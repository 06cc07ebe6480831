// Pure. What was told and not heard, or heard otherwise than it was told.
import type { HeardLink } from './listener.ts'

/** `told`: link → the types of its events, the n-th of which has the id n. */
export function faultsOf(told: ReadonlyMap<string, readonly string[]>, heard: readonly HeardLink[]): readonly string[] {
  const listened = new Set(heard.map(({ id }) => id))
  const unheard = [...told.keys()].filter((id) => !listened.has(id)).map((id) => `${id}: nobody listened to it`)
  const wrong = heard.flatMap(({ id, events }) => {
    const expected = (told.get(id) ?? []).map((type, at) => `${at + 1} ${type}`).join(', ')
    const came = events.map(([number, type]) => `${number} ${type}`).join(', ')
    return expected === came && came !== '' ? [] : [`${id}: told ${expected || 'nothing'}; heard ${came || 'nothing'}`]
  })
  return [...unheard, ...wrong]
}
