import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import type { Context } from '../../src/cli/context.ts'
import { anchors, codeBlocks, headings, type Link, links } from './markdown.ts'
import { commands, defectOf, type Known } from './shell.ts'
import { type Snippet, typeErrors } from './snippets.ts'
import { textFiles } from './text-files.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const documents = new Map([...textFiles(ROOT)].filter(([path]) => path.endsWith('.md')))
const SHELLS = ['sh', 'bash', 'shell', 'console']

function defectOfLink(from: string, { target }: Link): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target) || target.startsWith('//')) return undefined
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? from : posix.join(dirname(from), decodeURIComponent(path))
  if (file.startsWith('..')) return `${target}: that is outside the project`
  if (!existsSync(join(ROOT, file))) return `${target}: there is no ${file}`
  if (anchor === undefined || anchor === '' || statSync(join(ROOT, file)).isDirectory()) return undefined
  if (!file.endsWith('.md')) return undefined
  return anchors(documents.get(file) ?? '').has(anchor) ? undefined : `${target}: ${file} has no such heading`
}

/** The commands as the program itself has them, so that a document cannot run ahead of it. */
async function known(): Promise<Known> {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object }
  const { createProgram } = await import('../../src/cli/program.ts')
  // Only the name is read while the commands are put together; nothing is run.
  const program = createProgram({ program: 'paircode' } as Context, process)
  const commands = new Map(program.commands.map((command) => [command.name(), flagsOf(command)]))
  return { scripts: Object.keys(scripts), commands }
}

/** Those of its own commands (`token create`) with it. */
function flagsOf(command: Command): readonly string[] {
  const own = command.options.flatMap(({ long }) => long ?? [])
  return [...own, ...command.commands.flatMap(flagsOf)]
}

describe('the documents', () => {
  it('link only to what exists', () => {
    const broken = [...documents].flatMap(([file, text]) =>
      links(text).flatMap((link) => {
        const defect = defectOfLink(file, link)
        return defect === undefined ? [] : [`${file}:${link.line} ${defect}`]
      }),
    )
    expect(broken).toEqual([])
  })

  it('show TypeScript that compiles against the sources', { timeout: 120_000 }, () => {
    const snippets = [...documents].flatMap(([file, text]): readonly Snippet[] =>
      codeBlocks(text)
        .filter(({ language }) => language === 'ts' || language === 'typescript')
        .map(({ code, line }) => ({ file, line, code })),
    )
    expect(snippets.length === 0 ? [] : typeErrors(ROOT, snippets)).toEqual([])
  })

  it('name only commands and flags that exist', async () => {
    const all = await known()
    expect(all.commands.get('link')).toContain('--device-name')
    const wrong = [...documents].flatMap(([file, text]) =>
      codeBlocks(text)
        .filter(({ language }) => SHELLS.includes(language))
        .flatMap((block) =>
          commands(block.code).flatMap((command) => {
            const defect = defectOf(command, all)
            return defect === undefined ? [] : [`${file}:${block.line + command.line} ${defect}`]
          }),
        ),
    )
    expect(wrong).toEqual([])
  })
})

describe('reading Markdown', () => {
  const text = [
    '# One `code` and [a link](there.md)!',
    'See [it](a.md#b), ![image](i.png "title") and `[not](this.md)`.',
    '',
    '## Same',
    '## Same',
    '```ts',
    '# no heading, [no](link.md)',
    '```',
    '[ref]: other.md',
  ].join('\n')

  it('finds headings as GitHub anchors them', () => {
    expect(headings(text)).toHaveLength(3)
    expect([...anchors(text)]).toEqual(['one-code-and-a-link', 'same', 'same-1'])
  })

  it('finds links in prose and none in code', () => {
    expect(links(text).map(({ target, line }) => `${line} ${target}`)).toEqual([
      '1 there.md',
      '2 a.md#b',
      '2 i.png',
      '9 other.md',
    ])
  })

  it('finds code with its language, its line and its heading', () => {
    expect(codeBlocks(text)).toEqual([
      { language: 'ts', code: '# no heading, [no](link.md)', line: 7, heading: 'Same' },
    ])
  })

  it('says which block was left open', () => {
    expect(() => codeBlocks('text\n```ts\nlet a')).toThrow('line 3 is not closed')
  })
})

describe('a mistake in a document is found:', () => {
  it.each([
    ['a file that is not there', 'missing.md'],
    ['a heading that is not there', 'CONTRIBUTING.md#nowhere'],
    ['a file above the project', '../elsewhere.md'],
  ])('%s', (_what, target) => {
    expect(defectOfLink('README.md', { target, line: 1 })).toBeTypeOf('string')
  })

  it('a program that does not compile, with its line', { timeout: 120_000 }, () => {
    const errors = typeErrors(ROOT, [
      { file: 'A.md', line: 10, code: "import { nothing } from 'node:fs'\nconst n: number = 'text'" },
      { file: 'B.md', line: 1, code: "import { adviceFor } from 'paircode/nowhere'" },
      { file: 'C.md', line: 1, code: "import { createHash } from 'node:crypto'\nawait createHash('sha256')" },
    ])
    expect(errors.map((error) => error.split(' ', 1)[0])).toEqual(['A.md:10', 'A.md:11', 'B.md:1'])
  })

  it.each([
    ['npm run nothing', 'package.json has no script nothing'],
    ['npm strat', 'npm strat is no command of npm'],
    ['cd x && npx paircode lnik "$PHONE"', 'paircode has no command lnik'],
    ['PHONE="+1 202 555 0123" npx paircode link "$PHONE" --jason', 'paircode link has no --jason'],
    ['$ npx paircode link \\\n  --jason', 'paircode link has no --jason'],
    ['npm start -- --auto', undefined],
    ['npx paircode link --json # --jason', undefined],
    ['npx paircode --help', undefined],
    ['echo "$PHONE" | grep 202', undefined],
  ])('%s', (line, defect) => {
    const all: Known = { scripts: ['start', 'test'], commands: new Map([['link', ['--json']]]) }
    expect(
      commands(line)
        .map((command) => defectOf(command, all))
        .find(Boolean),
    ).toBe(defect)
  })
})
