// What the server says of itself: a valid OpenAPI document, and one from which a program's client can be made.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Validator } from '@seriousme/openapi-schema-validator'
import { generateApi } from 'swagger-typescript-api'
import ts from 'typescript'
import { expect, onTestFinished, test } from 'vitest'
import { NUMBER, OPERATOR_TOKEN, type Stage, setStage } from './stage.ts'

async function describedBy({ call }: Stage): Promise<Record<string, unknown>> {
  return (await call('GET', '/openapi.json', { token: null })).body
}

test('the description is valid OpenAPI 3.1, and what is wrong in one is found', async () => {
  const description = await describedBy(await setStage())
  const validator = new Validator()
  expect(await validator.validate(structuredClone(description))).toEqual({ valid: true })
  expect(validator.version).toBe('3.1')
  const { info: _, ...halved } = structuredClone(description)
  expect((await new Validator().validate(halved)).valid).toBe(false)
})

/** A program as somebody writes it with the client that was made. */
const PROGRAM = `
import { Api, type Link, type Problem } from './client.mjs'

interface Server { readonly url: string; readonly token: string }

export async function linkWith(
  { url, token }: Server,
  phone: string,
  show: (code: string) => Promise<unknown>,
): Promise<{ readonly link: Link; readonly state: string; readonly names: readonly string[]; readonly problem: string }> {
  const headers = { Authorization: \`Bearer \${token}\` }
  const api = new Api({ baseUrl: \`\${url}/v1\`, baseApiParams: { headers } })
  let link = (await api.links.linksCreate({ session: 'sales', phone, device: { name: 'Acme Sales' } })).data
  if (link.code === null) throw new Error(\`no code: \${link.state}\`)
  await show(link.code)
  while (link.state !== 'online' && link.state !== 'failed') {
    await new Promise((resolve) => setTimeout(resolve, 50))
    link = (await api.links.linksDetail(link.id)).data
  }
  const { state } = (await api.sessions.sessionsDetail('sales')).data
  const names = (await api.sessions.sessionsList()).data.sessions.map(({ session }) => session)
  const problem = await api.links.linksCreate({ session: 'sales', phone }).then(
    () => 'linked twice',
    ({ error }: { readonly error: Problem }) => error.type,
  )
  return { link, state, names, problem }
}
`
const MISTAKEN = `
import { Api } from './client.mjs'
void new Api().links.linksCreate({ session: 'sales', number: '+12025550123' })
`

interface Program {
  linkWith(
    server: { readonly url: string; readonly token: string },
    phone: string,
    show: (code: string) => Promise<unknown>,
  ): Promise<{
    readonly link: object
    readonly state: string
    readonly names: readonly string[]
    readonly problem: string
  }>
}

test('a client generated from it compiles, and links a number from end to end', { timeout: 120_000 }, async () => {
  const stage = await setStage()
  const { files } = await generateApi({ spec: (await describedBy(stage)) as never, output: false, silent: true })
  const folder = mkdtempSync(join(tmpdir(), 'paircode-client-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const sources = { client: files[0]?.fileContent ?? '', program: PROGRAM, mistaken: MISTAKEN }
  for (const [name, source] of Object.entries(sources)) {
    writeFileSync(join(folder, `${name}.mts`), source)
    writeFileSync(join(folder, `${name}.mjs`), withoutTypes(source))
  }
  expect(errorsIn(join(folder, 'program.mts'))).toEqual([])
  expect(errorsIn(join(folder, 'mistaken.mts'))).toEqual([expect.stringContaining("'number' does not exist")])

  const { linkWith } = (await import(pathToFileURL(join(folder, 'program.mjs')).href)) as Program
  const done = await linkWith({ url: stage.url, token: OPERATOR_TOKEN }, NUMBER, (code) => stage.phone.enterCode(code))
  expect(done).toMatchObject({
    link: { session: 'sales', state: 'online', problem: null, jid: expect.stringMatching(/@s\.whatsapp\.net$/) },
    state: 'online',
    names: ['sales'],
    problem: 'urn:paircode:error:session-exists',
  })
  expect(stage.phone.linkedDevices()).toHaveLength(1)
})

const OUTPUT: ts.CompilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext }
const COMPILER: ts.CompilerOptions = {
  ...OUTPUT,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: [],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
}

/** Of the program and of the client that it imports. */
function errorsIn(file: string): readonly string[] {
  const program = ts.createProgram([file], COMPILER)
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
}

function withoutTypes(source: string): string {
  return ts.transpileModule(source, { compilerOptions: OUTPUT, fileName: 'x.mts' }).outputText
}
