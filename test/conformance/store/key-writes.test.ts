// A sample of `npm run proof:key-writes`.
import { expect, it } from 'vitest'
import { proveKeyWrites } from '../../../proof/key-writes/prove.ts'

const KILLS = Number(process.env['KILLS'] ?? 10)

it(
  `of ten writers at once nothing acknowledged is lost, and no write is there in part, after ${KILLS} kills`,
  async () => {
    const told: string[] = []
    const seed = Math.floor(Math.random() * 1e9)
    const { line, isWhole } = await proveKeyWrites({
      count: KILLS,
      seed,
      store: 'sqlite',
      report: (text) => told.push(text),
    })
    expect(told, line).toEqual([])
    expect(isWhole).toBe(true)
    expect(line).toMatch(/[1-9]\d* acknowledged writes/)
  },
  120_000 + KILLS * 20_000,
)
