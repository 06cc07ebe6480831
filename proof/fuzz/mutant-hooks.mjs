// Module hooks that put one fault into one source, in the place of a line that must be there exactly once.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { withoutTypes } from '../typescript-hooks.mjs'

let mutant

export function initialize(given) {
  mutant = given
}

export async function load(url, context, next) {
  if (url !== mutant.url) return next(url, context)
  const lines = (await readFile(fileURLToPath(url), 'utf8')).split('\n')
  const found = lines.filter((line) => line === mutant.line).length
  if (found !== 1)
    throw new Error(
      `the mutant "${mutant.name}" replaces a line that is there ${found} times, not once: ${mutant.line}`,
    )
  const source = lines.map((line) => (line === mutant.line ? mutant.becomes : line)).join('\n')
  return { format: 'module', shortCircuit: true, source: withoutTypes(source) }
}
