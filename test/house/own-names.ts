// Pure. Names of this package as documents write them, and what would not compile if they did not exist.

export type OwnName =
  /** `paircode import`, with its flags. */
  | { readonly kind: 'command'; readonly words: readonly string[] }
  /** A statement that compiles only when the name exists, and the subpath it is taken from. */
  | { readonly kind: 'code'; readonly from: string; readonly code: string }

/** Where names are exported, when it is not the package itself. */
const SUBPATHS: Readonly<Record<string, string>> = {
  openStore: 'paircode/store',
  requestCode: 'paircode/baileys',
  startEmulator: 'paircode/emulator',
  createServer: 'paircode/server',
  createLinkPage: 'paircode/server',
}

/**
 * - `link()`: a function · `LinkOptions`: a type · `Linking.code()`, `LinkOptions.retry.attempts`: a member, of what it
 *   returns for `createLimiter().take()` · `LinkEvent 'qr'`: a member of a union, by its `type`
 * - `paircode link --qr`
 *
 * Undefined: not a name of ours.
 */
export function ownName(text: string): OwnName | undefined {
  if (text.startsWith('paircode ')) return { kind: 'command', words: text.split(' ') }
  const [, name = '', called, path = '', event] =
    /^(\w+)(\(\))?((?:\.\w+)*)(?:\(\))?(?: '([a-z-]+)')?$/.exec(text) ?? []
  if (name === '') return undefined
  const from = SUBPATHS[name] ?? 'paircode'
  const isType = /^[A-Z]/.test(name)
  if (!isType && called === undefined) return undefined
  const base = isType ? name : `ReturnType<typeof ${name}>`
  const member = path
    .split('.')
    .slice(1)
    .reduce((type, key) => `NonNullable<${type}>['${key}']`, base)
  // A member that is not there would be `never`, which only a value tells from the rest.
  const checked =
    event === undefined
      ? `let checked: ${member}`
      : `const checked: Extract<${base}, { type: '${event}' }>['type'] = '${event}'`
  return { kind: 'code', from, code: `import type { ${name} } from '${from}'\nexport ${checked}` }
}

/** The code spans of each row of tables of three columns whose second is headed `here`: there, and here. */
export function mappings(
  text: string,
): readonly { readonly line: number; readonly there: string; readonly names: readonly string[] }[] {
  let isMapping = false
  return text.split('\n').flatMap((line, at) => {
    const cells = /^\|(.*)\|(.*)\|(.*)\|$/.exec(line)
    if (cells === null) {
      isMapping = false
      return []
    }
    const [there = '', here = ''] = cells.slice(1).map((cell) => cell.trim())
    if (here === 'here') isMapping = true
    if (!isMapping || here === 'here' || /^-+$/.test(here)) return []
    return [{ line: at + 1, there, names: [...here.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '') }]
  })
}
