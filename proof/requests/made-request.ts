// Pure. Requests made from the server's own description: some as it asks for them, most with something wrong.

/** JSON Schema as far as the description uses it. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly minimum?: number
  readonly maximum?: number
  readonly example?: unknown
  readonly format?: string
}

export interface Operation {
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly schema?: Schema
  }[]
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }
  readonly responses: Readonly<Record<string, unknown>>
}

export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

export interface MadeRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | undefined
  /** Which call of the description it was made from, as `post /links`. */
  readonly call: string
}

/** 0 to 1. */
type Random = () => number

/** Names that the server handed out before, so that some requests find something. */
export type Known = () => string | undefined

const ODD_TEXTS: readonly string[] = [
  '',
  ' ',
  'sales',
  '../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '%00',
  '\0',
  '\r\nX-Injected: yes',
  '<script>alert(1)</script>',
  '"; DROP TABLE links; --',
  "' OR '1'='1",
  '__proto__',
  'constructor',
  '{{7*7}}',
  '💥',
  '‮evil',
  'é'.normalize('NFD'),
  '＋１２０２５５５０１２３',
  '+1 202 555 0123',
  '+12025550124',
  'x'.repeat(300),
  'x'.repeat(5_000),
  'https://evil.example/',
  'javascript:alert(1)',
  'http://169.254.169.254/latest/meta-data',
  '-1',
  '1e309',
  'NaN',
  'null',
]
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER + 2,
  [],
  [[[[[]]]]],
  {},
  { __proto__: null, constructor: { prototype: {} } },
  { toString: 1, valueOf: 2, length: -1 },
]
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const

export function madeRequest(description: Description, base: string, random: Random, known: Known): MadeRequest {
  const calls = Object.entries(description.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method, operation })),
  )
  const { path, method, operation } = oneOf(calls, random)
  const text = (schema?: Schema): string => {
    const value = random() < 0.5 ? (known() ?? 'sales') : madeValue(schema ?? {}, description, random)
    return typeof value === 'string' ? value : JSON.stringify(value)
  }
  const { filled, query, headers } = filledIn(path, operation, text, random)
  const schema = operation.requestBody?.content?.['application/json']?.schema
  const body = schema === undefined ? strayBody(random) : bodyOf(schema, description, random)
  if (body !== undefined) headers['Content-Type'] = random() < 0.95 ? 'application/json' : 'text/plain; charset=utf-16'
  const asked = random() < 0.93 ? method.toUpperCase() : oneOf(METHODS, random)
  const search = query.size === 0 ? '' : `?${query}`
  const bodiless = asked === 'GET' || asked === 'HEAD'
  return {
    method: asked,
    path: base + filled + search,
    headers,
    body: bodiless ? undefined : body,
    call: `${method} ${path}`,
  }
}

/** The path, query and headers of the call, each with what the description says or something else. */
function filledIn(
  path: string,
  { parameters = [] }: Operation,
  text: (schema?: Schema) => string,
  random: Random,
): { readonly filled: string; readonly query: URLSearchParams; readonly headers: Record<string, string> } {
  let filled = path
  const query = new URLSearchParams()
  const headers: Record<string, string> = {}
  for (const { name, in: place, schema } of parameters) {
    if (place === 'path') filled = filled.replace(`{${name}}`, inPath(text(schema), random))
    if (random() < 0.5) continue
    if (place === 'query') query.append(name, text(schema))
    if (place === 'header') headers[name] = headerText(text(schema))
  }
  if (random() < 0.05) query.append(oneOf(ODD_TEXTS, random), oneOf(ODD_TEXTS, random))
  if (random() < 0.1) headers['Idempotency-Key'] = headerText(oneOf(ODD_TEXTS, random))
  if (random() < 0.05) headers['Last-Event-ID'] = headerText(oneOf(ODD_TEXTS, random))
  return { filled, query, headers }
}

function bodyOf(schema: Schema, description: Description, random: Random): string | Uint8Array {
  const text = JSON.stringify(madeValue(schema, description, random)) ?? 'null'
  const roll = random()
  if (roll < 0.88) return text
  if (roll < 0.91) return text.slice(0, Math.floor(text.length * random()))
  if (roll < 0.93) return `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  if (roll < 0.95) return `{"a":"${'x'.repeat(70_000)}"}`
  if (roll < 0.97) return Uint8Array.from({ length: 64 }, () => Math.floor(random() * 256))
  return text.replace('{', '{"__proto__":{"admin":true},')
}

function strayBody(random: Random): string | undefined {
  return random() < 0.1 ? '{"unexpected":true}' : undefined
}

/** Four in five fit the schema; a fifth does not, at this place or further in. */
function madeValue(schema: Schema, description: Description, random: Random, depth = 0): unknown {
  if (random() < 0.12) return random() < 0.5 ? oneOf(ODD_TEXTS, random) : oneOf(ODD_VALUES, random)
  if (depth > 8) return null
  const inner = (one: Schema): unknown => madeValue(one, description, random, depth + 1)
  if (schema.$ref !== undefined)
    return inner(description.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''] ?? {})
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return oneOf(schema.enum, random)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return inner(oneOf(choices, random))
  if (schema.allOf !== undefined) return Object.assign({}, ...schema.allOf.map(inner))
  if (schema.properties !== undefined) return objectOf(schema, inner, random)
  return plainValue(schema, inner, random)
}

function objectOf(
  { properties = {}, required = [] }: Schema,
  inner: (one: Schema) => unknown,
  random: Random,
): unknown {
  const object: Record<string, unknown> = {}
  for (const [name, one] of Object.entries(properties))
    if (random() < (required.includes(name) ? 0.97 : 0.4)) object[name] = inner(one)
  if (random() < 0.05) object[oneOf(ODD_TEXTS, random)] = oneOf(ODD_VALUES, random)
  return object
}

function plainValue(schema: Schema, inner: (one: Schema) => unknown, random: Random): unknown {
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['string'])
  switch (oneOf(types, random)) {
    case 'array':
      return Array.from({ length: Math.floor(random() * 4) }, () => inner(schema.items ?? {}))
    case 'boolean':
      return random() < 0.5
    case 'integer':
    case 'number':
      return Math.floor((schema.minimum ?? -10) + random() * ((schema.maximum ?? 100_000) - (schema.minimum ?? -10)))
    case 'null':
      return null
    case 'object':
      return {}
    default:
      return textFor(schema, random)
  }
}

function textFor({ example, format }: Schema, random: Random): string {
  if (typeof example === 'string' && random() < 0.7) return example
  if (format === 'date-time') return '2026-01-01T00:00:00Z'
  if (format === 'uri') return 'https://app.example/back'
  return random() < 0.5 ? `bot-${Math.floor(random() * 50)}` : oneOf(ODD_TEXTS, random)
}

/** As a browser would write it, or raw. */
function inPath(text: string, random: Random): string {
  const escaped = encodeURIComponent(text).slice(0, 2_000)
  return random() < 0.9 ? escaped || '%20' : text.replaceAll(/[^\x21-\x7e]|[?#]/g, '') || '%'
}

/** What a header may hold; a client library refuses the rest itself. */
function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '').trim() || '-'
}

function oneOf<T>(values: readonly T[], random: Random): T {
  return values[Math.floor(random() * values.length)] as T
}
