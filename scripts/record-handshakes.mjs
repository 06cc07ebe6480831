// Records the handshakes of test/vectors/handshakes anew: each from the emulator, and one from unmodified Baileys.
//   node scripts/record-handshakes.mjs [name …]
// The recorder is TypeScript; it is bundled for this one run, beside the packages that it takes.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'
import { root } from './programs.mjs'

const FOLDER = join(root, 'test/vectors/handshakes')
const BAILEYS = 'baileys-code-link'
const bundled = join(root, 'node_modules', `.record-${process.pid}.mjs`)
const named = process.argv.slice(2)
const wanted = (name) => named.length === 0 || named.includes(name)
const date = new Date().toISOString().slice(0, 10)

const save = (name, vector) => {
  const file = join(FOLDER, `${name}.json`)
  writeFileSync(file, `${JSON.stringify(vector, null, 1)}\n`)
  console.log(name)
}

const build = await rolldown({
  cwd: root,
  input: 'test/linking/transcripts/recorder.ts',
  platform: 'node',
  external: (id) => !id.startsWith('.') && !id.startsWith('/'),
})
try {
  await build.write({ file: bundled, format: 'esm', codeSplitting: false })
  const { recorder } = await import(pathToFileURL(bundled).href)
  mkdirSync(FOLDER, { recursive: true })
  for (const handshake of recorder.handshakes)
    if (wanted(handshake.name)) save(handshake.name, await recorder.record(handshake, date))
  if (wanted(BAILEYS)) {
    const { version } = createRequire(import.meta.url)('baileys/package.json')
    save(BAILEYS, await recorder.recordBaileys(date, version))
  }
} finally {
  await build.close()
  rmSync(bundled, { force: true })
}
process.exit()
