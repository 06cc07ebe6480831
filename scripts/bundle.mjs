// src/ → a few files of plain JavaScript in `outDir`, one for each entry of package.json and shared chunks. Node spends
// more time on opening a hundred small modules than on running them: docs/decisions/0010. Not minified; people read it.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { root } from './programs.mjs'

/** Entry in dist/ → source. */
const ENTRIES = {
  index: 'src/index.ts',
  'store/index': 'src/store/index.ts',
  'emulator/index': 'src/emulator/index.ts',
  'cli/main': 'src/cli/main.ts',
}

/**
 * Ships inside ours: its hundred files take 45 ms to load, bundled they take 6 (measured). Its licence goes along.
 */
const BUNDLED = 'libphonenumber-js'

/** Throws an Error when something cannot be resolved. */
export async function bundle(outDir) {
  const build = await rolldown({
    cwd: root,
    input: ENTRIES,
    platform: 'node',
    external: (id) => !id.startsWith('.') && !id.startsWith('/') && !id.startsWith(BUNDLED),
    onLog(level, log, handle) {
      // What is imported both ways is loaded with its first user; nothing is lost.
      if (log.code !== 'INEFFECTIVE_DYNAMIC_IMPORT') handle(level, log)
    },
  })
  try {
    await build.write({
      dir: outDir,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'chunks/[name]-[hash].js',
    })
  } finally {
    await build.close()
  }
  const licence = readFileSync(join(root, 'node_modules', BUNDLED, 'LICENSE'), 'utf8')
  writeFileSync(join(outDir, 'THIRD-PARTY-LICENSES.txt'), `${BUNDLED}\n\n${licence}`)
}

export const builtFiles = Object.keys(ENTRIES).map((entry) => `${entry}.js`)
