import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { botOf } from '../../../src/cli/worker/bot-module.ts'
import { createVirtualClock } from '../../../src/emulator/virtual-clock.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { temporaryFolder } from '../../conformance/store/place.ts'

it('a module that is never done with loading is refused after 30 s, by name', async () => {
  const file = join(await temporaryFolder(), 'hangs.mjs')
  writeFileSync(file, 'await new Promise(() => {})\nexport default () => {}')
  const clock = createVirtualClock(systemClock)
  const loading = botOf(file, clock).catch((thrown: unknown) => thrown)
  await clock.advance(30_000)
  expect(await loading).toMatchObject({ code: 'invalid-options', message: expect.stringContaining('within 30 s') })
  clock.stop()
})

it('a default that lies one level deeper, as compilers write it, is found', async () => {
  const file = join(await temporaryFolder(), 'compiled.cjs')
  writeFileSync(file, 'exports.__esModule = true; exports.default = (socket, session) => session')
  const bot = await botOf(file, systemClock)
  expect(bot({} as never, 'sales')).toBe('sales')
})
