// Other processes on the same store. They run the sources as they are, with nothing but the types taken out, once for a
// test file: transpiling in each child would cost a second each.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import typescript from 'typescript'
import { afterAll, onTestFinished } from 'vitest'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const NEEDED = ['src/store', 'src/lib', 'src/wire', 'src/phone', 'test/conformance/store/children']

let built: Promise<string> | undefined

/** Once for a test file; gone when it is done. */
function builtSources(): Promise<string> {
  built ??= build()
  return built
}

afterAll(async () => {
  if (built !== undefined) await rm(await built, { recursive: true, force: true })
  built = undefined
})

async function build(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'paircode-children-'))
  // One of the children runs as another user.
  await chmod(folder, 0o755)
  for (const source of ['src/errors.ts', ...(await Promise.all(NEEDED.map(sourcesIn))).flat()])
    await erase(source, folder)
  await writeFile(join(folder, 'package.json'), '{"type": "module"}')
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

async function sourcesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
}

async function erase(source: string, folder: string): Promise<void> {
  const { outputText } = typescript.transpileModule(await readFile(join(ROOT, source), 'utf8'), {
    compilerOptions: {
      target: typescript.ScriptTarget.ES2022,
      module: typescript.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  })
  const target = join(folder, source.replace(/\.ts$/, '.js'))
  await mkdir(dirname(target), { recursive: true })
  await writeFile(target, outputText)
}

export interface Child {
  readonly process: ChildProcess
  /** The next line that it prints. Rejects when it ends before. */
  line(): Promise<string>
  say(line: string): void
  /** Kills it, and waits until it is gone. */
  kill(): Promise<void>
  /** Everything printed so far that nobody read; for after its end. */
  rest(): readonly string[]
}

/** Starts `children/<program>.ts`; killed after the test at the latest. */
export async function startChild(program: string, ...args: readonly string[]): Promise<Child> {
  const script = join(await builtSources(), 'test/conformance/store/children', `${program}.js`)
  const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  const lines: string[] = []
  const waiting: { resolve(line: string): void; reject(reason: Error): void }[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    const next = waiting.shift()
    if (next === undefined) lines.push(line)
    else next.resolve(line)
  })
  void ended.then(() => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`${program} ended`))
  })
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  onTestFinished(kill)
  return {
    process: child,
    line: () => {
      const printed = lines.shift()
      if (printed !== undefined) return Promise.resolve(printed)
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    },
    say: (line) => child.stdin.write(`${line}\n`),
    kill,
    rest: () => lines.splice(0),
  }
}
