import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { leadConsoleInto } from '../../../src/cli/printing/console-to-log.ts'
import { createLog, maskLogLine } from '../../../src/cli/printing/log.ts'

const KEY = randomBytes(32)
const NUMBER = '12025550123'
const CODE = 'ABCD-EFGH'

async function logged(write: (log: Awaited<ReturnType<typeof createLog>>) => void): Promise<string> {
  const lines: string[] = []
  write(await createLog('trace', { write: (line) => lines.push(line) }))
  return lines.join('')
}

const SECRETS = [
  NUMBER,
  CODE,
  'ABCDEFGH',
  KEY.toString('base64').slice(0, 20),
  KEY.toString('hex').slice(0, 20),
  '17,17,17',
]

describe('the log', () => {
  it('masks what looks like a number, a code or a key, wherever it stands', async () => {
    const text = await logged((log) => {
      log.info({ phone: NUMBER, jid: `${NUMBER}@s.whatsapp.net`, asNumber: Number(NUMBER) }, `dialled +${NUMBER}`)
      log.debug({
        code: CODE,
        plain: 'ABCDEFGH',
        deep: { list: [{ key: KEY.toString('base64') }, KEY.toString('hex')] },
      })
      log.warn({ buffer: KEY, bytes: new Uint8Array(32).fill(17), array: Array.from({ length: 32 }, () => 17) }, CODE)
      log.child({ session: 'a', number: NUMBER, key: KEY }).error({ err: new Error(`for ${NUMBER}: ${CODE}`) })
      log.info({ [NUMBER]: 'as a name' })
    })
    for (const secret of SECRETS) expect(text).not.toContain(secret)
    expect(text.trim().split('\n')).toHaveLength(5)
  })

  it('says how many bytes there were', async () => {
    const text = await logged((log) => log.info({ buffer: KEY, typed: new Uint8Array(12) }, 'bytes'))
    expect(JSON.parse(text)).toMatchObject({ buffer: '[32 bytes]', typed: '[12 bytes]' })
  })

  it('leaves time, level and plain words alone', async () => {
    const line = JSON.parse(
      await logged((log) => log.info({ status: 403, ms: 600000, ok: true, none: null }, 'refused')),
    )
    expect(line).toMatchObject({ level: 30, msg: 'refused', status: 403, ms: 600000, ok: true, none: null })
    expect(Date.parse(line.time)).toBeGreaterThan(0)
    expect(Object.keys(line)).not.toContain('pid')
  })

  it('writes nothing when it is silent', async () => {
    const lines: string[] = []
    const log = await createLog('silent', { write: (line) => lines.push(line) })
    log.error({ a: 1 }, 'unheard')
    expect(lines).toEqual([])
  })

  it('masks a line that is not JSON as text', () => {
    expect(maskLogLine(`oops ${NUMBER} ${CODE}\n`)).toBe('oops •••••••••23 ••••-••••\n')
  })
})

describe('the console', () => {
  it('leads into the log, without what follows the text, and comes back', async () => {
    const before = console.info
    const text = await logged((log) => {
      const restore = leadConsoleInto(log)
      console.info('Closing session:', { privKey: KEY })
      console.error({ privKey: KEY })
      restore()
    })
    expect(text).toContain('Closing session:')
    expect(text).not.toContain('privKey')
    expect(console.info).toBe(before)
  })
})
