// A sample of `npm run proof:kills`, and that the proof finds what it looks for.
import type { Plugin } from 'rolldown'
import { describe, expect, it, onTestFinished } from 'vitest'
import { install } from '../../../proof/installation.ts'
import { crashPoints } from '../../../proof/kills/instrument.ts'
import type { Round } from '../../../proof/kills/plan.ts'
import { proveKills } from '../../../proof/kills/prove.ts'
import { playRound } from '../../../proof/kills/round.ts'
import { openPlaces } from '../../../proof/places.ts'

const KILLS = Number(process.env['KILLS'] ?? 8)

describe('a program that links, connects and echoes', () => {
  it(
    `comes back by itself or asks for a new code, after ${KILLS} kills at points of its own`,
    async () => {
      const told: string[] = []
      const seed = Math.floor(Math.random() * 1e9)
      const { line, isWhole } = await proveKills({
        count: KILLS,
        seed,
        store: 'sqlite',
        report: (text) => told.push(text),
      })
      expect(
        told.filter((text) => text.startsWith('BROKEN')),
        line,
      ).toEqual([])
      expect(isWhole).toBe(true)
    },
    120_000 + KILLS * 20_000,
  )

  it('is found out when it replies before the link is stored', { timeout: 180_000 }, async () => {
    const round: Round = { moments: [{ kind: 'point', name: 'after effect reply', nth: 1 }], cut: false }
    const keepsNothing = changed('src/store/store.ts', 'saveLinked: sessions.saveLinked', 'saveLinked: async () => {}')
    expect(await play(round, keepsNothing)).toContain('the phone shows a device that the store does not have')
  })

  it('is found out when a pre-key goes out again that was given before', { timeout: 180_000 }, async () => {
    const round: Round = { moments: [{ kind: 'point', name: 'after echo', nth: 1 }], cut: false }
    // Credentials as they were at the pairing: with the first upload forgotten, the same keys go out again.
    const forgets = changed(
      'src/store/auth-state.ts',
      'await values.writeCredentials(pack(credentials))',
      'await values.writeCredentials(pack({ ...credentials, firstUnuploadedPreKeyId: 1 }))',
    )
    expect(await play(round, forgets)).toContain('was uploaded again after it was given')
  })
})

/** Plays the round with a mistake in the sources, and gives what was broken. */
async function play(round: Round, mistake: Plugin): Promise<string> {
  const installation = await install({ plugins: [mistake, crashPoints()] })
  onTestFinished(installation.remove)
  const places = await openPlaces('sqlite')
  onTestFinished(places.close)
  await installation.put(new URL('../../../proof/kills/crash-points.mjs', import.meta.url))
  const program = await installation.put(new URL('../../../proof/kills/bot.mjs', import.meta.url))
  return playRound(round, program, places).then(() => 'nothing', String)
}

function changed(file: string, line: string, becomes: string): Plugin {
  return {
    name: 'mistake',
    transform(code, id) {
      if (!id.endsWith(file)) return undefined
      if (!code.includes(line)) throw new Error(`${file} has no "${line}"`)
      return { code: code.replace(line, becomes) }
    },
  }
}
