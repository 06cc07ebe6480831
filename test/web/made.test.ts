import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { madeAssets } from '../../scripts/web-assets.mjs'
import { ASSETS } from '../../src/web/assets.ts'

const root = join(import.meta.dirname, '../..')

test('what the pages load was made of the present sources: else run node scripts/web-assets.mjs', async () => {
  const made = await madeAssets()
  expect(made.size).toBeGreaterThan(0)
  for (const [file, text] of made) expect(readFileSync(join(root, file), 'utf8'), file).toBe(text)
})

test('no script has more than 5 kB gzipped, and every name has the hash of its text', () => {
  for (const { name, text } of ASSETS) {
    expect(name).toMatch(/^[a-z-]+\.[0-9a-f]{10}\.(?:css|js)$/)
    if (name.endsWith('.js')) expect(gzipSync(text).byteLength, name).toBeLessThanOrEqual(5 * 1024)
  }
})
