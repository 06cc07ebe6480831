// `npm start`: the main job on the emulator, with no phone and no account, from a fresh clone.
// The demo runs in this very process: its exit code and the signals to it need no passing on.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from './build.mjs'
import { install } from './install.mjs'
import { root } from './programs.mjs'

const COMMAND = join(root, 'dist', 'cli', 'main.js')

try {
  await install()
  await build()
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
if (!existsSync(COMMAND)) {
  console.error('dist/cli/main.js is missing although the build passed. Run: npm run build -- --force')
  process.exit(1)
}
process.argv = [process.argv[0], COMMAND, 'demo', ...process.argv.slice(2)]
await import(pathToFileURL(COMMAND).href)
