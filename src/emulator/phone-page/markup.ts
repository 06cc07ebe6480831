/** Text that is markup already. */
export interface Markup {
  readonly markup: string
}

type Part = string | number | Markup | false | readonly Markup[]

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/**
 * Whatever is put into the template is escaped, unless it is markup.
 * Write `<\/script>`: a template that holds the bare tag is rewritten by rolldown with a helper that is not installed.
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: strings.reduce((text, next, at) => `${text}${written(parts[at - 1] ?? false)}${next}`) }
}

function written(part: Part): string {
  if (part === false) return ''
  if (typeof part !== 'object') return String(part).replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? '')
  return 'markup' in part ? part.markup : part.map(written).join('')
}
