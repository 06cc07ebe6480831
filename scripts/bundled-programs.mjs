// Programs of the proofs and benches that use what the package keeps to itself, each made into one file with its sources,
// the thread that writes beside them.
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { bundleThread } from './bundle.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** @param {Record<string, string>} programs name → source, from the root. Lies in `folder` as `<name>.mjs` afterwards. */
export async function bundlePrograms(folder, programs) {
  mkdirSync(folder, { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction')
  for (const [name, source] of Object.entries(programs)) await bundle(join(ROOT, source), join(folder, `${name}.mjs`))
  await bundleThread(join(folder, 'thread.js'))
}

async function bundle(input, file) {
  const build = await rolldown({
    input,
    platform: 'node',
    external: (id) => !id.startsWith('.') && !id.startsWith('/'),
    // What is imported both ways is loaded with its first user; nothing is lost.
    onLog: (level, log, handle) => log.code !== 'INEFFECTIVE_DYNAMIC_IMPORT' && handle(level, log),
  })
  try {
    await build.write({ file, format: 'esm', codeSplitting: false })
  } finally {
    await build.close()
  }
}
