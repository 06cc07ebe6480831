// Lets a child process run the sources as they are: `node --import ./typescript.mjs child.ts`. Types are erased, no more.
import { readFile } from 'node:fs/promises'
import { register } from 'node:module'
import { fileURLToPath } from 'node:url'

if (!new URL(import.meta.url).searchParams.has('hooks')) register(`${import.meta.url}?hooks`)

export async function load(url, context, nextLoad) {
  if (!url.endsWith('.ts') || url.includes('/node_modules/')) return nextLoad(url, context)
  const { default: typescript } = await import('typescript')
  const source = await readFile(fileURLToPath(url), 'utf8')
  const { outputText } = typescript.transpileModule(source, {
    compilerOptions: { target: 'es2022', module: 'esnext', verbatimModuleSyntax: true, sourceMap: false },
  })
  return { format: 'module', source: outputText, shortCircuit: true }
}
