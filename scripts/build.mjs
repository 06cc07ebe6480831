// src/ → dist/: types with plain tsc, JavaScript with the bundler. `npm run build`; `-- --force` builds although nothing changed.
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { install } from './install.mjs'
import { isMain, root, runTool, secondsSince } from './programs.mjs'

const SRC = join(root, 'src')
const DIST = join(root, 'dist')
const COMMAND = join(DIST, 'cli', 'main.js')
/** Holds the hash of the sources that dist/ was made of. Outside dist/, which is shipped as it is. */
const MARK = join(root, 'node_modules', '.paircode-build')
const LIMIT_MS = 5 * 60_000

/** Throws an Error with tsc's findings; dist/ then stays as it was. */
export async function build({ force = false } = {}) {
  const sources = sourceFiles()
  const hash = hashOf(sources)
  if (!force && isBuilt(sources, hash)) return
  const start = performance.now()
  // Into a folder of its own first: a program that runs from dist/ right now keeps whole files until the very end.
  const fresh = join(root, 'node_modules', `.paircode-dist-${process.pid}`)
  rmSync(MARK, { force: true })
  try {
    const args = ['-p', 'tsconfig.build.json', '--outDir', fresh, '--pretty', 'false']
    const { code, output } = await runTool('typescript', args, { limitMs: LIMIT_MS })
    if (code !== 0) throw new Error(`tsc ended with ${code}. Mend what it names, then start again.\n${output}`)
    // Imported here, after the installation that brings the bundler.
    const { bundle } = await import('./bundle.mjs')
    await bundle(fresh)
    putInPlace(fresh)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  if (existsSync(COMMAND)) chmodSync(COMMAND, 0o755)
  writeFileSync(MARK, `${hash}\n`)
  console.error(`Built dist/ in ${secondsSince(start)}`)
}

/** Two builds may end at one moment (a test run and a person): the later one wins. */
function putInPlace(fresh, attempts = 5) {
  rmSync(DIST, { recursive: true, force: true })
  try {
    renameSync(fresh, DIST)
  } catch (error) {
    if (attempts === 1 || !['ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error
    putInPlace(fresh, attempts - 1)
  }
}

/** Paths under src/, sorted, `/` between folders. */
function sourceFiles() {
  const files = readdirSync(SRC, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files
    .map((file) =>
      join(file.parentPath, file.name)
        .slice(SRC.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}

function hashOf(sources) {
  const hash = createHash('sha256')
  const named = [
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'scripts/bundle.mjs',
    'node_modules/typescript/package.json',
  ]
  for (const file of [...named, ...sources.map((source) => `src/${source}`)]) {
    hash.update(`${file}\0`)
    hash.update(readFileSync(join(root, file)))
  }
  return hash.digest('hex')
}

function isBuilt(sources, hash) {
  if (!existsSync(MARK) || readFileSync(MARK, 'utf8').trim() !== hash) return false
  // What browsers run has no types of its own in dist/: it is in src/web/made as text.
  const isModule = (source) => /(?<!\.d)\.ts$/.test(source) && !source.startsWith('web/client/')
  const modules = sources.filter(isModule)
  return existsSync(COMMAND) && modules.every((source) => existsSync(join(DIST, source.replace(/\.ts$/, '.d.ts'))))
}

if (isMain(import.meta.url)) {
  try {
    await install()
    await build({ force: process.argv.includes('--force') })
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}
