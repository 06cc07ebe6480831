// docs/server.md: every curl line is sent to a server as it stands there, and answered as it says.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { codeBlocks } from '../house/markdown.ts'
import { call, eventually, OPERATOR_TOKEN, setStage } from './stage.ts'

const text = readFileSync(new URL('../../docs/server.md', import.meta.url), 'utf8')

interface Call {
  readonly status: number
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** The answer that the document shows after it. */
  readonly shown: unknown
}

/** `curl` and its words, under a comment with the status. */
function callsOf(code: string, shown: unknown): readonly Call[] {
  const lines = code.replaceAll('\\\n', ' ').split('\n')
  return lines.flatMap((line, at) => {
    if (!line.startsWith('curl ')) return []
    const words = [...line.matchAll(/"((?:[^"])*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '')
    const after = (flag: string): readonly string[] =>
      words.flatMap((word, index) => (word === flag ? [words[index + 1] ?? ''] : []))
    const headers = Object.fromEntries(after('-H').map((header) => header.split(/: (.*)/s).slice(0, 2)))
    const [body] = after('-d')
    const [method = body === undefined ? 'GET' : 'POST'] = after('-X')
    const path = words.find((word) => word.startsWith('$URL'))?.slice('$URL'.length) ?? ''
    return [{ status: Number(lines[at - 1]?.replace('# ', '')), method, path, headers, body, shown }]
  })
}

const blocks = codeBlocks(text)
const calls = blocks.flatMap(({ language, code }, at) => {
  if (language !== 'sh') return []
  const next = blocks[at + 1]
  return callsOf(code, next?.language === 'json' ? JSON.parse(next.code) : undefined)
})

test('the calls of the document are answered as it says', { timeout: 60_000 }, async () => {
  const stage = await setStage()
  stage.emulator.addPhone('+12025550124')
  const phone = stage.emulator.addPhone('+12025550125')
  // A session that is there already, for the example of an error.
  const { body } = await stage.call('POST', '/v1/links', { body: { session: 'linked', phone: '+12025550125' } })
  await phone.enterCode(body.code)
  await eventually(
    () => stage.call('GET', `/v1/links/${body.id}`),
    (answer) => answer.body.state === 'online',
  )
  const names: Record<string, string> = { TOKEN: OPERATOR_TOKEN }
  const filled = (words: string): string => words.replace(/\$([A-Z]+)/g, (_, name) => names[name] ?? `no ${name}`)
  expect(calls.length).toBeGreaterThan(14)
  // The stream of events ends with its link, which an earlier line of the document has cancelled.
  for (const { status, method, path, headers, body: sent, shown } of calls) {
    const filledHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, filled(value)]))
    const answer = await call(stage.url, method, filled(path), {
      token: null,
      headers: filledHeaders,
      ...(sent === undefined ? {} : { raw: sent }),
    })
    expect({ method, path, status: answer.status }).toEqual({ method, path, status })
    if (path === '/v1/links' && status === 201) names['LINK'] = answer.body.id
    if (path === '/v1/webhooks') names['WEBHOOK'] = answer.body.id
    if (shown !== undefined) expect(Object.keys(answer.body).sort()).toEqual(Object.keys(shown as object).sort())
  }
})

test('the table of scopes and events names what there is', async () => {
  const { SCOPES } = await import('../../src/server/access/scopes.ts')
  const { OUTBOX_TYPES } = await import('../../src/server/outbox.ts')
  for (const name of [...SCOPES, ...OUTBOX_TYPES]) expect(text).toContain(`\`${name}\``)
})
