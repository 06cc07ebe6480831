// What `npm test` runs before the tests themselves. Each check passes or fails as one.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkImports } from './imports.mjs'
import { runNpm, runTool } from './programs.mjs'

const LIMIT_MS = 5 * 60_000
const tool = (packageName, ...args) => runTool(packageName, args, { limitMs: LIMIT_MS, env: { NO_COLOR: '1' } })

/** @type {readonly { name: string, run: (tarball: string) => Promise<{ code: number, output: string }> }[]} */
export const checks = [
  { name: 'types', run: () => tool('typescript', '-p', 'tsconfig.json', '--pretty', 'false') },
  { name: 'web-types', run: () => tool('typescript', '-p', 'src/web/client/tsconfig.json', '--pretty', 'false') },
  { name: 'biome', run: () => tool('@biomejs/biome', 'check', '--error-on-warnings', '--max-diagnostics=50') },
  { name: 'knip', run: () => tool('knip', '--no-progress') },
  { name: 'publint', run: (tarball) => tool('publint', 'run', tarball, '--strict') },
  { name: 'attw', run: (tarball) => tool('@arethetypeswrong/cli', tarball, '--profile', 'esm-only', '--no-emoji') },
  { name: 'imports', run: async () => checkImports() },
]

/** Packs the built package into a folder of its own, gives the path to `use`, and removes the folder afterwards. */
export async function withTarball(use) {
  const folder = mkdtempSync(join(tmpdir(), 'paircode-pack-'))
  try {
    // Without scripts: dist/ was built a moment ago, and what a script prints would come into the JSON.
    const args = ['pack', '--ignore-scripts', '--json', '--loglevel=error', '--pack-destination', folder]
    const { code, output } = await runNpm(args, { limitMs: LIMIT_MS })
    if (code !== 0) throw new Error(`npm pack ended with ${code}.\n${output}`)
    const file = /"filename": "([^"]+)"/.exec(output)?.[1]
    if (file === undefined) throw new Error(`npm pack named no file.\n${output}`)
    return await use(join(folder, file))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
