import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { faultsOf } from '../../proof/listeners/faults.ts'
import { listenToLinks } from '../../proof/listeners/listened-links.ts'
import { bundlePrograms } from '../../scripts/bundled-programs.mjs'

it('fifty links with a listener each: every event is heard once and in order', { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'paircode-listeners-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  await bundlePrograms(folder, { outside: 'proof/listeners/outside.ts' })
  const { faults, heard, ends, latency } = await listenToLinks(50, join(folder, 'outside.mjs'), 'sqlite')
  expect(faults).toEqual([])
  expect(Object.fromEntries(ends)).toEqual({ online: 10, failed: 40 })
  // connecting, code; then confirming, paired, online; or code-expired, code, failed; or failed.
  expect(heard).toBeGreaterThanOrEqual(10 * 5 + 20 * 5 + 20 * 3)
  expect(latency.count).toBeGreaterThanOrEqual(10 * 3 + 20 * 3 + 20)
})

it.each([
  ['missing', [[1, 'connecting']]],
  [
    'doubled',
    [
      [1, 'connecting'],
      [2, 'code'],
      [2, 'code'],
    ],
  ],
  [
    'out of order',
    [
      [2, 'code'],
      [1, 'connecting'],
    ],
  ],
  [
    'of another kind',
    [
      [1, 'connecting'],
      [2, 'failed'],
    ],
  ],
] as const)('an event that is %s is a fault', (_, events) => {
  const told = new Map([['x', ['connecting', 'code']]])
  expect(faultsOf(told, [{ id: 'x', events }])).toHaveLength(1)
})

it('a link that nobody listened to is a fault', () => {
  expect(faultsOf(new Map([['x', ['connecting']]]), [])).toEqual(['x: nobody listened to it'])
})
