// After a change of the store key: everything that a previous key sealed is sealed anew, the check value last. Until
// then the check value says that the work is not done, and the next opening takes it up again.
import type { Backend, LinkRow } from './backend.ts'
import { openDetails, sealDetails } from './links.ts'
import type { Seal } from './seal.ts'
import type { ValueCodec } from './values.ts'

/** Values in one transaction: about 3 ms. */
const PAGE = 200

/** @throws StoreError wrong-key when something was sealed with a key that is not among the previous ones */
export async function reseal(backend: Backend, seal: Seal, codec: ValueCodec): Promise<void> {
  for (const row of await backend.readLinks()) {
    await resealDetails(backend, seal, row)
    await resealValues(backend, seal, codec, row)
  }
}

function resealDetails(backend: Backend, seal: Seal, { link, session }: LinkRow): Promise<void> {
  return backend.change(session, (links) => {
    const row = links.find((candidate) => candidate.link === link)
    if (row === undefined || seal.isCurrent(row.details)) return { writes: [], result: undefined }
    const details = sealDetails(seal, row, openDetails(seal, row))
    return { writes: [{ type: 'put-link', row: { ...row, details } }], result: undefined }
  })
}

async function resealValues(backend: Backend, seal: Seal, codec: ValueCodec, row: LinkRow): Promise<void> {
  let after: Uint8Array | undefined
  for (;;) {
    const page = await backend.scanValues(row.link, after, PAGE)
    const old = page.filter(({ value }) => !seal.isCurrent(value))
    await backend.commit(
      old.map(({ lookup, value }) => ({
        type: 'swap-value',
        link: row.link,
        lookup,
        old: value,
        value: codec.resealed(row, lookup, value),
      })),
    )
    after = page.at(-1)?.lookup
    if (page.length < PAGE) return
  }
}
