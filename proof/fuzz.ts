// placeholder
import { parseArgs } from 'node:util'
import { watchBridgeMemory } from '../test/wire/bridge-memory.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    replay: { type: 'string' },
    mutants: { type: 'boolean', default: false },
  },
})
const { bytes: wasmBytes } = await watchBridgeMemory()
const { fuzz, planFrom } = await import('./fuzz/prove.ts')
const { guardAgainstHangs } = await import('./fuzz/watchdog.ts')
guardAgainstHangs(60_000)
if (values.replay !== undefined) {
  const { lifeOf } = await import('./fuzz/life.ts')
  const life = lifeOf(planFrom(values.replay), { visit() {}, changed() {} })
  try {
    life.play()
    console.log('nothing was broken')
  } catch (error) {
    console.error(error)
    process.exitCode = 1
  } finally {
    console.error(life.trace().join('\n'))
  }
} else {
  const { line, isWhole, broken } = await fuzz({ cases: Number(positionals[0] ?? 200_000), seed: Number(values.seed), least: 100, wasmBytes, report: console.error })
  for (const one of broken) console.error(one)
  console.log(line)
  process.exitCode = isWhole ? 0 : 1
}
