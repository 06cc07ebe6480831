// The command as it is shipped, from the sources of now, types not checked. Node 20 does not run TypeScript, and dist/ may
// be older than the sources.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from '../../../scripts/bundle.mjs'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

export interface BuiltCli {
  /** The path of its main file. */
  readonly main: string
  remove(): void
}

/** Below node_modules/, where it finds the packages, and where nothing else looks. */
export async function buildCli(): Promise<BuiltCli> {
  const folder = mkdtempSync(join(ROOT, 'node_modules', '.paircode-test-'))
  await bundle(join(folder, 'dist'))
  writeFileSync(join(folder, 'package.json'), readFileSync(join(ROOT, 'package.json')))
  return {
    main: join(folder, 'dist', 'cli', 'main.js'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
