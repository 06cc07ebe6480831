import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { TABLES } from '../../src/store/postgres/migrations.ts'
import { MIGRATIONS } from '../../src/store/sqlite/migrations.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const text = readFileSync(join(ROOT, 'docs/storage.md'), 'utf8')
const [, section = ''] = text.split('\n## Tables\n')
const described = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)` \|([^|]+)\|/gm)].map(([, name, row]) => ({
  name: name as string,
  postgresOnly: row?.includes('PostgreSQL alone') === true,
}))

describe('docs/storage.md', () => {
  it('describes each table of PostgreSQL, and no other', () => {
    expect(described.map(({ name }) => name).sort()).toEqual([...TABLES].sort())
  })

  it('describes each table of SQLite, and says which ones it does not have', () => {
    const made = [...MIGRATIONS.join('\n').matchAll(/CREATE TABLE (\w+)/g)].map(([, name]) => name)
    expect(
      described
        .filter(({ postgresOnly }) => !postgresOnly)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(made.sort())
  })
})
