/** Markup that needs no escaping any more. */
export interface Html {
  readonly html: string
}

type Part = string | number | Html | null | false | readonly (Html | string)[]

/**
 * Everything put into the template is escaped, unless it is markup made by this function.
 * Write `<\/script>`: a template that holds the bare tag is rewritten by rolldown with a helper that is not installed.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: strings.map((text, at) => text + (at < parts.length ? markupOf(parts[at] ?? '') : '')).join('') }
}

function markupOf(part: Part): string {
  if (part === null || part === false) return ''
  if (typeof part === 'object') return 'html' in part ? part.html : part.map(markupOf).join('')
  return escaped(String(part))
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
