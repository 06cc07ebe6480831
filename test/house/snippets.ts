// Type-checks programs that exist as text only, against the sources of this package instead of a build.
import { join } from 'node:path'
import ts from 'typescript'

export interface Snippet {
  /** Shown in findings: the document. */
  readonly file: string
  /** Line of the document at which the code begins, from 1. */
  readonly line: number
  readonly code: string
}

/** One sentence for each error, `README.md:12 Cannot find …`. Nothing is written to the disk. */
export function typeErrors(root: string, snippets: readonly Snippet[]): readonly string[] {
  // Below src/, where no file of this name is, so that packages resolve as they do for the sources.
  const at = (index: number): string => join(root, 'src', `.snippet-${index}.ts`)
  const programs = new Map(snippets.map((snippet, index) => [at(index), snippet]))
  const options = optionsOf(root)
  const host = ts.createCompilerHost(options)
  const { fileExists, getSourceFile, readFile } = host
  host.fileExists = (path) => programs.has(path) || fileExists(path)
  host.readFile = (path) => programs.get(path)?.code ?? readFile(path)
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const snippet = programs.get(path)
    if (snippet === undefined) return getSourceFile(path, languageVersion, ...rest)
    // `export {}` makes a module of a snippet without imports, so that it may await.
    return ts.createSourceFile(path, `${snippet.code}\nexport {}\n`, languageVersion, true)
  }
  const program = ts.createProgram([...programs.keys()], options, host)
  return [...programs].flatMap(([path, snippet]) => errorsOf(program, path, snippet))
}

/** Our own strictness, but for what a reader's project seldom has: `phone: process.env.PHONE` must compile there. */
function optionsOf(root: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as { config: object }
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: ['-'] }, ts.sys, root)
  return {
    ...options,
    exactOptionalPropertyTypes: false,
    paths: { paircode: [join(root, 'src/index.ts')], 'paircode/*': [join(root, 'src/*/index.ts')] },
  }
}

function errorsOf(program: ts.Program, path: string, snippet: Snippet): readonly string[] {
  const source = program.getSourceFile(path)
  if (source === undefined) throw new Error(`${snippet.file}:${snippet.line} was not read`)
  const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
  return found.map(({ start, messageText }) => {
    const line = snippet.line + source.getLineAndCharacterOfPosition(start ?? 0).line
    return `${snippet.file}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
}
