// Module hooks that take the types out of *.ts, and put the bundled thread of the store in the place of its source.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import typescript from 'typescript'

const compilerOptions = {
  target: typescript.ScriptTarget.ES2022,
  module: typescript.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
}

const THREAD_FILE = new URL('../src/store/sqlite/thread-file.ts', import.meta.url).href

let threadFolder

export function initialize(data) {
  threadFolder = data?.threadFolder
}

export async function load(url, context, next) {
  if (!/^file:.*\.ts$/.test(url)) return next(url, context)
  const source =
    url === THREAD_FILE && threadFolder !== undefined
      ? await bundledThread()
      : withoutTypes(await readFile(fileURLToPath(url), 'utf8'))
  return { format: 'module', shortCircuit: true, source }
}

export function withoutTypes(source) {
  return typescript.transpileModule(source, { compilerOptions }).outputText
}

/** Asked for once: the module is kept by Node. */
async function bundledThread() {
  const { bundlePrograms } = await import('../scripts/bundled-programs.mjs')
  await bundlePrograms(threadFolder, {})
  const file = pathToFileURL(join(threadFolder, 'thread.js')).href
  return `export const THREAD_FILE = new URL(${JSON.stringify(file)})`
}
