// Pure. What is wrong with an answer of the server, as a sentence; undefined: nothing.
import type { Description, MadeRequest } from './made-request.ts'

export interface GivenAnswer {
  readonly status: number
  readonly contentType: string | null
  readonly requestId: string | null
  readonly injected: string | null
  readonly text: string
}

export function faultOf(request: MadeRequest, answer: GivenAnswer, description: Description): string | undefined {
  const { status, text, contentType } = answer
  if (status >= 500) return `${status}: ${text.slice(0, 200)}`
  if (answer.injected !== null) return 'a header was injected'
  // What node:http refuses before the server sees it has no name and no body of ours.
  const isOurs = answer.requestId !== null
  if (!isOurs) return status === 400 || status === 431 ? undefined : `${status} without a request id`
  if (status >= 400) return problemFault(request, text, contentType)
  const [method = '', path = ''] = request.call.split(' ')
  if (request.method.toLowerCase() !== method) return undefined
  const responses = description.paths[path]?.[method]?.responses ?? {}
  return String(status) in responses ? undefined : `${status} is not in the description`
}

function problemFault(request: MadeRequest, text: string, contentType: string | null): string | undefined {
  if (request.method === 'HEAD') return undefined
  if (contentType?.startsWith('application/problem+json') !== true) return `an error as ${contentType ?? 'nothing'}`
  const problem = JSON.parse(text) as Readonly<Record<string, unknown>>
  const isWhole = ['type', 'title', 'detail', 'advice'].every((name) => typeof problem[name] === 'string')
  return isWhole && /^urn:paircode:error:[a-z-]+$/.test(String(problem['type'])) ? undefined : `half a problem: ${text}`
}
