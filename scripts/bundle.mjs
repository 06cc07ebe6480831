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
  'baileys/index': 'src/baileys/index.ts',
  'emulator/index': 'src/emulator/index.ts',
  'server/index': 'src/server/index.ts',
  'cli/main': 'src/cli/main.ts',
  // Beside the program of the thread, which it names; loaded when the thread is started.
  'store/sqlite/thread-file': 'src/store/sqlite/thread-file.ts',
}

const THREAD = { file: 'store/sqlite/thread.js', source: 'src/store/sqlite/thread.ts' }

/**
 * Ships inside ours, its licence along: libphonenumber-js is a hundred files, ws is fifteen, and to open them costs more than
 * to run them. The numbers are in docs/decisions/0010.
 */
const BUNDLED = ['libphonenumber-js', 'ws']

const isOutside = (id) => !id.startsWith('.') && !id.startsWith('/') && !isBundled(id)
const isBundled = (id) => BUNDLED.some((name) => id === name || id.startsWith(`${name}/`))

/**
 * Which sources share a file, first match first. What a program needs together lies together: a link opens five files of
 * ours, where rolldown's own split made it twenty.
 */
const TOGETHER = [
  ['phone', /\/src\/phone\/|\/libphonenumber-js\//],
  ['sqlite', /\/src\/store\/sqlite\/(?!thread-file)/],
  // Without store/postgres, which loads pg: only who has such an address opens that file.
  [
    'core',
    /\/src\/(errors|lib\/|session\/|instructions\/|store\/(?!folder\/|sqlite\/|postgres\/)|wire\/(endpoint|ends|nodes|whatsapp-contact)|linking\/(code-key|device|events|option|pairing-code))/,
  ],
  ['linking', /\/src\/(linking|wire)\/|\/node_modules\/ws\//],
]

/** Throws an Error when something cannot be resolved. `plugins`: rolldown's, for builds that are not shipped (proof/). */
export async function bundle(outDir, { plugins = [] } = {}) {
  const build = await rolldown({
    cwd: root,
    input: ENTRIES,
    platform: 'node',
    plugins,
    external: isOutside,
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
      codeSplitting: { groups: TOGETHER.map(([name, test], at) => ({ name, test, priority: TOGETHER.length - at })) },
    })
  } finally {
    await build.close()
  }
  await bundleThread(join(outDir, THREAD.file))
  const licences = BUNDLED.map(
    (name) => `${name}\n\n${readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8')}`,
  )
  writeFileSync(join(outDir, 'THIRD-PARTY-LICENSES.txt'), licences.join('\n\n'))
}

/**
 * The program of the thread that writes, whole in one file: in the thread every module would be opened once more. Tests
 * run it as well, since Node 20 takes no TypeScript in a thread.
 */
export async function bundleThread(file) {
  const build = await rolldown({ cwd: root, input: THREAD.source, platform: 'node', external: isOutside })
  try {
    await build.write({ file, format: 'esm' })
  } finally {
    await build.close()
  }
}
