// The import directions of the house as a check of its own. The rules and the reading are TypeScript and live with
// their test (test/house/imports.ts); Node 20 cannot load that by itself.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { isMain, root } from './programs.mjs'

const FILES = ['import-rules', 'imports', 'source-files']

/** @returns {Promise<{ code: number, output: string }>} one line for each import that goes the wrong way */
export async function checkImports() {
  const folder = join(root, 'node_modules', `.paircode-imports-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  try {
    for (const file of FILES) writeFileSync(join(folder, `${file}.js`), asJavaScript(file))
    const load = (file) => import(pathToFileURL(join(folder, `${file}.js`)).href)
    const [{ violations }, { sourceFiles }] = await Promise.all([load('imports'), load('source-files')])
    const found = violations(sourceFiles(join(root, 'src')))
    return { code: found.length === 0 ? 0 : 1, output: found.join('\n') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function asJavaScript(file) {
  const source = readFileSync(join(root, 'test', 'house', `${file}.ts`), 'utf8')
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2022,
    rewriteRelativeImportExtensions: true,
  }
  return ts.transpileModule(source, { compilerOptions }).outputText
}

if (isMain(import.meta.url)) {
  const { code, output } = await checkImports()
  if (output !== '') console.error(output)
  process.exitCode = code
}
