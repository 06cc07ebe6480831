import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'

/** Also what git keeps for itself. */
const NEVER = ['.git/', 'node_modules/']

/**
 * Every text file that belongs to the project: all under `root` but what .gitignore names. Path from `root` with `/`
 * between folders → text. Reads .gitignore itself, so that it works in an unpacked archive too; knows `folder/` and
 * `*.ending`, which is all that ours uses (anything else throws).
 */
export function textFiles(root: string): ReadonlyMap<string, string> {
  const ignored = [...NEVER, ...ignoreLines(readFileSync(join(root, '.gitignore'), 'utf8'))]
  const files = new Map<string, string>()
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (isIgnored(entry.name, entry.isDirectory(), ignored)) continue
      if (entry.isDirectory()) walk(path)
      else if (entry.isFile()) addText(files, path.replaceAll(sep, '/'), readFileSync(join(root, path)))
    }
  }
  walk('')
  return files
}

function addText(files: Map<string, string>, path: string, bytes: Buffer): void {
  if (!bytes.includes(0)) files.set(path, bytes.toString('utf8'))
}

function ignoreLines(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim())
  const patterns = lines.filter((line) => line !== '' && !line.startsWith('#'))
  const unknown = patterns.find((pattern) => !/^(\*\.)?[\w.-]+\/?$/.test(pattern))
  if (unknown !== undefined) throw new Error(`.gitignore: ${unknown} is neither folder/ nor file nor *.ending`)
  return patterns
}

function isIgnored(name: string, isFolder: boolean, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    if (pattern.endsWith('/')) return isFolder && pattern === `${name}/`
    return pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern
  })
}
