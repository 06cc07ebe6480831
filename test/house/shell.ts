// Pure. The commands that a document tells its reader to type.

export interface Command {
  /** The words, environment and prompt taken off: `['npx', 'paircode', 'link', '"$PHONE"']`. */
  readonly words: readonly string[]
  /** From the start of the block, from 0. */
  readonly line: number
}

const ASSIGNMENT = /^[A-Z_][A-Z0-9_]*=\S*$/

/** Joins lines that end in a backslash, drops comments and prompts, and takes `a && b | c` apart. */
export function commands(code: string): readonly Command[] {
  const lines = code.replaceAll('\\\n', '  ').split('\n')
  return lines.flatMap((text, line) =>
    text
      .replace(/(^|\s)#.*$/, '')
      .replace(/^\s*\$\s+/, '')
      .split(/&&|\|\|?|;/)
      .map((part) => ({ words: wordsOf(part), line }))
      .filter(({ words }) => words.length > 0),
  )
}

function wordsOf(command: string): readonly string[] {
  const words = command.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []
  const first = words.findIndex((word) => !ASSIGNMENT.test(word.replaceAll(/"[^"]*"|'[^']*'/g, 'x')))
  return first === -1 ? [] : words.slice(first)
}

export interface Known {
  /** Of package.json. */
  readonly scripts: readonly string[]
  /** Of `paircode`: name → the flags it takes. */
  readonly commands: ReadonlyMap<string, readonly string[]>
}

/** npm's own words that documents use. */
const NPM = [
  'install',
  'i',
  'ci',
  'pack',
  'publish',
  'run',
  'start',
  'test',
  'exec',
  'init',
  'create',
  'view',
  'config',
]
/** Of every command. */
const ALWAYS = ['--help', '--version']

/** What is wrong with a command; undefined when nothing is or when it is not ours to know. */
export function defectOf({ words }: Command, known: Known): string | undefined {
  const [program = '', first = '', second = ''] = words
  if (program === 'npm') return defectOfNpm(first, second, known)
  if (program === 'npx' && first === 'paircode') return defectOfPaircode(words.slice(2), known)
  if (program === 'paircode') return defectOfPaircode(words.slice(1), known)
  return undefined
}

function defectOfNpm(command: string, name: string, { scripts }: Known): string | undefined {
  if (!NPM.includes(command)) return `npm ${command} is no command of npm`
  const script = command === 'run' ? name : command
  if (['run', 'start', 'test'].includes(command) && !scripts.includes(script))
    return `package.json has no script ${script}`
  return undefined
}

function defectOfPaircode(words: readonly string[], { commands }: Known): string | undefined {
  const [name] = words
  if (name === undefined || ALWAYS.includes(name)) return undefined
  const flags = commands.get(name)
  if (flags === undefined) return `paircode has no command ${name}`
  const used = words.filter((word) => /^--[a-z]/.test(word)).map((word) => word.replace(/=.*$/, ''))
  const unknown = used.find((flag) => !flags.includes(flag) && !ALWAYS.includes(flag))
  return unknown === undefined ? undefined : `paircode ${name} has no ${unknown}`
}
