import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'

/** Every TypeScript file under `folder`: its path from there with `/` between folders, and its text. Sorted. */
export function sourceFiles(folder: string): ReadonlyMap<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile() && /\.[mc]?tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  return new Map(paths.map((path) => [path.slice(folder.length + 1).replaceAll(sep, '/'), readFileSync(path, 'utf8')]))
}
