// The command as it is shipped, from the sources of now: each file translated for itself, types not checked. Node 20 does
// not run TypeScript, and dist/ may be older than the sources.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

export interface BuiltCli {
  /** The path of its main file. */
  readonly main: string
  remove(): void
}

/** Below node_modules/, where it finds the packages, and where nothing else looks. */
export function buildCli(): BuiltCli {
  const folder = mkdtempSync(join(ROOT, 'node_modules', '.paircode-test-'))
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    rewriteRelativeImportExtensions: true,
    verbatimModuleSyntax: true,
  }
  const src = join(ROOT, 'src')
  for (const path of readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))) {
    const target = join(folder, 'dist', path.replace(/\.ts$/, '.js'))
    const { outputText } = ts.transpileModule(readFileSync(join(src, path), 'utf8'), { compilerOptions: options })
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, outputText)
  }
  writeFileSync(join(folder, 'package.json'), readFileSync(join(ROOT, 'package.json')))
  return {
    main: join(folder, 'dist', 'cli', 'main.js'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
