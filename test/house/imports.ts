// Pure. Reads the imports of TypeScript sources and holds them against import-rules.ts. Files come in as path → text.
import ts from 'typescript'
import { ALSO, COMPUTED, PACKAGES, PURE, ROOMS, TYPES } from './import-rules.ts'

export interface Import {
  /** As written; undefined when it is computed at run time. */
  readonly specifier: string | undefined
  /** `type`: gone at run time. `static`: loaded with the file. `lazy`: loaded when the line runs. */
  readonly kind: 'type' | 'static' | 'lazy'
  readonly line: number
}

type Files = ReadonlyMap<string, string>
interface Edge extends Import {
  readonly from: string
}

/** One sentence for each import that breaks a rule, sorted by file. Paths are from src/. */
export function violations(files: Files): readonly string[] {
  const edges = [...files].flatMap(([from, text]) => importsOf(from, text).map((found) => ({ ...found, from })))
  const found = edges.flatMap((edge) => defectsOf(edge, files).map((defect) => `${edge.from}:${edge.line} ${defect}`))
  return [...found, ...cycles(edges, files)]
}

/**
 * Under `verbatimModuleSyntax` an import is gone at run time only when the whole statement says `type`:
 * `import { type A }` still loads the file.
 */
export function importsOf(path: string, text: string): readonly Import[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS)
  const found: Import[] = []
  const visit = (node: ts.Node): void => {
    const read = readImport(node)
    if (read !== undefined)
      found.push({ ...read, line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1 })
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function readImport(node: ts.Node): Omit<Import, 'line'> | undefined {
  if (ts.isImportDeclaration(node))
    return { specifier: textOf(node.moduleSpecifier), kind: isTypeOnly(node.importClause) ? 'type' : 'static' }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)
    return { specifier: textOf(node.moduleSpecifier), kind: node.isTypeOnly ? 'type' : 'static' }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return { specifier: textOf(node.argument.literal), kind: 'type' }
  if (ts.isCallExpression(node) && loadsModule(node.expression))
    return { specifier: textOf(node.arguments[0]), kind: 'lazy' }
  // What is started is what was built: `.js` stands for the source.
  if (isModuleUrl(node)) return { specifier: textOf(node.arguments?.[0])?.replace(/\.js$/, '.ts'), kind: 'lazy' }
  return undefined
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  return clause?.phaseModifier === ts.SyntaxKind.TypeKeyword
}

/** `import(…)`, `require(…)`, `createRequire(…)(…)`. */
function loadsModule(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true
  if (ts.isIdentifier(callee)) return callee.text === 'require'
  return ts.isCallExpression(callee) && ts.isIdentifier(callee.expression) && callee.expression.text === 'createRequire'
}

/** `new URL('./file.ts', import.meta.url)`, which starts a worker or another process with that file. */
function isModuleUrl(node: ts.Node): node is ts.NewExpression {
  if (!ts.isNewExpression(node) || !ts.isIdentifier(node.expression) || node.expression.text !== 'URL') return false
  return /^\.{1,2}\/.*\.[mc]?[jt]s$/.test(textOf(node.arguments?.[0]) ?? '')
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined
}

function defectsOf(edge: Edge, files: Files): readonly string[] {
  const { specifier } = edge
  if (specifier === undefined)
    return isIn(edge.from, COMPUTED) ? [] : ['imports a computed name; only COMPUTED may do that']
  if (specifier.startsWith('.')) return defectsOfRelative(edge, specifier, files)
  if (specifier.startsWith('node:')) return defectsOfNode(edge, specifier)
  return defectsOfPackage(edge, specifier)
}

function defectsOfRelative(edge: Edge, specifier: string, files: Files): readonly string[] {
  if (!specifier.endsWith('.ts')) return [`imports ${specifier}, which does not end in .ts`]
  const to = resolved(edge.from, specifier)
  if (!files.has(to)) return [`imports ${specifier}, which is not a file of src/`]
  const [room, other] = [roomOf(edge.from), roomOf(to)]
  const mayTake = ROOMS[room]
  if (mayTake === undefined) return [`is in the room ${room}, which ROOMS does not name`]
  if (ALSO[edge.from]?.take === to) return []
  if (edge.kind === 'type' && TYPES[room]?.includes(other)) return []
  if (room !== other && !mayTake.includes(other))
    return [`takes from ${to}: ${room} may take from ${mayTake.join(', ') || 'nothing'}`]
  if (other === 'wire' && isPure(edge) && !isIn(to, PURE.fromWire))
    return [`takes from ${to}: the pure files of linking take only ${PURE.fromWire.join(', ')} from wire`]
  return []
}

function defectsOfNode(edge: Edge, specifier: string): readonly string[] {
  if (!isPure(edge) || isIn(specifier, PURE.fromNode)) return []
  return [`imports ${specifier}: the pure files of linking take only ${PURE.fromNode.join(', ')}`]
}

function defectsOfPackage(edge: Edge, specifier: string): readonly string[] {
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  const rule = PACKAGES[name]
  if (rule === undefined) return [`imports ${name}, which PACKAGES does not name`]
  if (edge.kind === 'type' && rule.typesAnywhere) return []
  if (!isIn(edge.from, rule.in)) return [`imports ${name}, which belongs to ${rule.in.join(', ')}`]
  if (rule.lazy && edge.kind === 'static') return [`imports ${name} at load; only import() inside a function may`]
  return []
}

/** Whether the rules of the pure files hold for this import; types are free. */
function isPure({ from, kind }: Edge): boolean {
  return kind !== 'type' && from.startsWith(PURE.folder) && !isIn(from, PURE.shells)
}

/** Each cycle once, named by the files on it. Of what exists at run time: two files may use each other's types. */
function cycles(edges: readonly Edge[], files: Files): readonly string[] {
  const targets = new Map<string, string[]>([...files.keys()].map((file) => [file, []]))
  for (const { from, specifier, kind } of edges)
    if (kind !== 'type' && specifier?.startsWith('.') && files.has(resolved(from, specifier)))
      targets.get(from)?.push(resolved(from, specifier))
  const done = new Set<string>()
  const found: string[] = []
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file)
    if (at !== -1) found.push(`a cycle: ${[...path.slice(at), file].join(' → ')}`)
    if (at !== -1 || done.has(file)) return
    for (const target of targets.get(file) ?? []) walk(target, [...path, file])
    done.add(file)
  }
  for (const file of targets.keys()) walk(file, [])
  return found
}

function resolved(from: string, specifier: string): string {
  return new URL(specifier, `file:///src/${from}`).pathname.slice('/src/'.length)
}

function roomOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : path.replace(/\.ts$/, '')
}

function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place))
}
