// All benches, one after the other: `npm run bench`; `-- 21` for more runs of each.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

for (const name of ['start-to-code', 'typed-to-online', 'store']) {
  const file = fileURLToPath(new URL(`./${name}.mjs`, import.meta.url))
  const { status } = spawnSync(process.execPath, [file, ...process.argv.slice(2)], { stdio: 'inherit' })
  process.exitCode ||= status ?? 1
  console.log('')
}
