// Pure. What the checks of the documents need to know of a Markdown text.

export interface CodeBlock {
  /** The word after the fence: `ts`, `sh`, … */
  readonly language: string
  readonly code: string
  /** Line of the first line of code, from 1. */
  readonly line: number
  /** The heading above it; empty before the first. */
  readonly heading: string
}

export interface Link {
  readonly target: string
  readonly line: number
}

const FENCE = /^\s*(`{3,}|~{3,})\s*([\w-]*)/
const HEADING = /^#{1,6}\s+(.+?)\s*#*\s*$/
const INLINE_LINK = /\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g
const DEFINITION = /^\s*\[[^\]]+\]:\s+<?(\S+?)>?(?:\s|$)/
const HTML_LINK = /\b(?:href|src)="([^"]+)"/g

/** Throws an Error when a fence is not closed. */
export function codeBlocks(text: string): readonly CodeBlock[] {
  return read(text).blocks
}

export function headings(text: string): readonly string[] {
  return prose(text).flatMap(({ line }) => HEADING.exec(line)?.[1] ?? [])
}

/** The anchors that GitHub makes of the headings: small letters, spaces to dashes, a number behind a name that comes again. */
export function anchors(text: string): ReadonlySet<string> {
  const made = new Map<string, number>()
  return new Set(
    headings(text).map((heading) => {
      const slug = slugOf(heading)
      const seen = made.get(slug) ?? 0
      made.set(slug, seen + 1)
      return seen === 0 ? slug : `${slug}-${seen}`
    }),
  )
}

function slugOf(heading: string): string {
  const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
  return plain.replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '').replaceAll(' ', '-')
}

/** Every link of the prose, also images; none of code. */
export function links(text: string): readonly Link[] {
  return prose(text).flatMap(({ line, number }) => {
    const plain = line.replaceAll(/`[^`]*`/g, (code) => ' '.repeat(code.length))
    const inline = [...plain.matchAll(INLINE_LINK), ...plain.matchAll(HTML_LINK)].map((match) => match[1] ?? '')
    const defined = DEFINITION.exec(plain)?.[1]
    return [...inline, ...(defined === undefined ? [] : [defined])].map((target) => ({ target, line: number }))
  })
}

interface Line {
  readonly line: string
  readonly number: number
}

function prose(text: string): readonly Line[] {
  return read(text).prose
}

function read(text: string): { readonly blocks: readonly CodeBlock[]; readonly prose: readonly Line[] } {
  const blocks: CodeBlock[] = []
  const outside: Line[] = []
  let open: { fence: string; language: string; lines: string[]; line: number } | undefined
  let heading = ''
  for (const [at, line] of text.split('\n').entries()) {
    const fence = FENCE.exec(line)
    if (open === undefined && fence !== null) {
      open = { fence: fence[1] ?? '', language: fence[2] ?? '', lines: [], line: at + 2 }
    } else if (open === undefined) {
      outside.push({ line, number: at + 1 })
      heading = HEADING.exec(line)?.[1] ?? heading
    } else if (line.trim() === open.fence) {
      blocks.push({ language: open.language, code: open.lines.join('\n'), line: open.line, heading })
      open = undefined
    } else {
      open.lines.push(line)
    }
  }
  if (open !== undefined) throw new Error(`the code block before line ${open.line} is not closed`)
  return { blocks, prose: outside }
}
