import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { emulatorForTest, NUMBER, PATIENT } from '../emulator/steps.ts'
import { ROOT, startProgram } from '../examples/programs.ts'
import { codeBlocks } from '../house/markdown.ts'
import { credentialsFolder } from './folder-bot.ts'

const DOCUMENT = 'docs/keep-your-own-socket.md'
const CODE = /\b[1-9A-HJ-NP-TV-Z]{4}-[1-9A-HJ-NP-TV-Z]{4}\b/
const isBuilt = existsSync(join(ROOT, 'dist/baileys/index.js'))

/** The program of the document; its socket goes to an emulator and prints no log. */
function program(): string {
  const [block] = codeBlocks(readFileSync(join(ROOT, DOCUMENT), 'utf8')).filter(({ language }) => language === 'ts')
  const logger =
    '{ level: "silent", child() { return this }, trace() {}, debug() {}, info() {}, warn() {}, error() {} }'
  const given = `makeWASocket({ waWebSocketUrl: process.env.PAIRCODE_ENDPOINT, logger: ${logger}, `
  return (block?.code ?? '').replace('makeWASocket({ ', given)
}

describe.skipIf(!isBuilt)(`the program of ${DOCUMENT}${isBuilt ? '' : ' (dist/ is not built: npm run build)'}`, () => {
  it('links, comes online, and the next time connects without a code', { timeout: 120_000 }, async () => {
    const emulator = await emulatorForTest()
    const phone = emulator.addPhone(NUMBER)
    const env = { PHONE: NUMBER, AUTH_FOLDER: await credentialsFolder(), PAIRCODE_ENDPOINT: emulator.endpoint.url }
    const start = (AUTH_FOLDER = env.AUTH_FOLDER) => {
      const running = startProgram(DOCUMENT, program(), { ...env, AUTH_FOLDER })
      onTestFinished(() => running.kill())
      return running
    }
    const first = start()
    await phone.enterCode(await first.says(CODE))
    await first.says(/^online$/m)
    // A kill in the middle of a write empties creds.json of useMultiFileAuthState, so the second start gets a whole copy.
    const folder = await credentialsFolder()
    await vi.waitFor(() => {
      cpSync(env.AUTH_FOLDER, folder, { recursive: true })
      JSON.parse(readFileSync(join(folder, 'creds.json'), 'utf8'))
    }, PATIENT)
    await first.kill()
    const second = start(folder)
    await second.says(/^online$/m)
    expect(second.output()).not.toMatch(CODE)
    expect(phone.linkedDevices()).toMatchObject([{ name: 'Acme Bot' }])
  })

  it('says what to do when WhatsApp refuses', { timeout: 120_000 }, async () => {
    const emulator = await emulatorForTest()
    emulator.addPhone(NUMBER)
    emulator.fail({ at: 'companion_hello', code: 452 })
    const env = { PHONE: NUMBER, AUTH_FOLDER: await credentialsFolder(), PAIRCODE_ENDPOINT: emulator.endpoint.url }
    const running = startProgram(DOCUMENT, program(), env)
    onTestFinished(() => running.kill())
    await running.says(/^not-available .*QR code/m)
  })
})
