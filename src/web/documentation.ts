// An OpenAPI document as a page to read: every call with what it takes and answers. No script, nothing from elsewhere.
import { type Html, html } from './html.ts'

interface Described {
  readonly summary?: string
  readonly description?: string
}

interface Operation extends Described {
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly description?: string
  }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> }
  readonly responses?: Readonly<
    Record<string, Described & { readonly content?: Readonly<Record<string, { readonly schema: unknown }>> }>
  >
}

interface Document {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> }
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

export function documentation(document: unknown): Html {
  const { info, paths, components } = document as Document
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    METHODS.flatMap((method) => {
      const operation = methods[method]
      return operation === undefined ? [] : [call(method, path, operation)]
    }),
  )
  const schemas = Object.entries(components?.schemas ?? {}).map(
    ([name, schema]) => html`<section id="${name}"><h3>${name}</h3>${json(schema)}</section>`,
  )
  return html`<h1>${info.title} ${info.version}</h1><p>${info.description ?? ''}</p>
<p>For programs: <a href="openapi.json">openapi.json</a></p>${calls}<h2>Shapes</h2>${schemas}`
}

function call(
  method: string,
  path: string,
  { summary, description, parameters, requestBody, responses }: Operation,
): Html {
  const answers = Object.entries(responses ?? {}).map(
    ([status, answer]) => html`<dt>${status}</dt><dd>${answer.description ?? ''}${bodies(answer.content)}</dd>`,
  )
  const takes = (parameters ?? []).map(
    ({ name, in: place, required, description: text }) =>
      html`<li><code>${name}</code> (${place}${required === true ? '' : ', may be left out'}) ${text ?? ''}</li>`,
  )
  return html`<section><h2><code>${method.toUpperCase()} ${path}</code></h2><p>${summary ?? ''} ${description ?? ''}</p>
${takes.length === 0 ? '' : html`<ul>${takes}</ul>`}${bodies(requestBody?.content)}<dl>${answers}</dl></section>`
}

function bodies(content: Readonly<Record<string, { readonly schema: unknown }>> | undefined): Html {
  return html`${Object.entries(content ?? {}).map(([type, { schema }]) => html`<p><code>${type}</code></p>${json(schema)}`)}`
}

function json(schema: unknown): Html {
  return html`<pre>${JSON.stringify(schema, undefined, 2)}</pre>`
}
