import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { setWorkplace } from '../support/command-stage.ts'
import { defectsOf } from '../support/running-cli.ts'

const workplace = setWorkplace()

describe('paircode demo --auto', () => {
  it('links, comes online, echoes a text, and exits 0; one line per step', async () => {
    const started = Date.now()
    const ended = await workplace.run(['demo', '--auto']).ended
    expect(ended).toMatchObject({ code: 0 })
    const lines = ended.stdout.trimEnd().split('\n')
    const at = (pattern: RegExp): number => lines.findIndex((line) => pattern.test(line))
    const order = [
      at(/[1-9A-Z]{4}-[1-9A-Z]{4}/),
      at(/linked/),
      at(/online/),
      at(/echo.*Hello, bot!/),
      at(/read.*Hello, bot!/),
    ]
    expect(order).not.toContain(-1)
    expect([...order].sort((a, b) => a - b)).toEqual(order)
    expect(defectsOf(ended)).toEqual([])
    expect(Date.now() - started).toBeLessThan(60_000)
  })

  it('leaves nothing behind, and heeds nothing that is set for the real thing', async () => {
    const env = {
      PAIRCODE_STORE: 'sqlite:./should-not-be-there.db',
      PAIRCODE_ENDPOINT: 'ws://127.0.0.1:1/',
      PAIRCODE_KEY: 'x',
    }
    expect(await workplace.run(['demo', '--auto'], env).ended).toMatchObject({ code: 0 })
    expect(readdirSync(workplace.folder)).toEqual([])
  })

  it.each([
    [403, 3, 'forbidden'],
    [400, 3, 'rejected'],
    [429, 75, 'rate-limited'],
    [452, 3, 'not-available'],
    [500, 75, 'server-error'],
    [418, 3, 'rejected'],
  ])('--refuse %i says why and exits %i', async (status, exit, code) => {
    const ended = await workplace.run(['demo', '--auto', '--refuse', String(status)]).ended
    expect(ended.code).toBe(exit)
    expect(ended.events.at(-1)).toMatchObject({ type: 'failed', error: { code, status } })
    expect(ended.stderr).toContain(`paircode explain ${code}`)
  })

  it('refuses a refusal that is none', async () => {
    expect(await workplace.run(['demo', '--refuse', 'often']).ended).toMatchObject({ code: 2 })
  })

  it('without a terminal nobody is asked', async () => {
    expect(await workplace.run(['demo']).ended).toMatchObject({ code: 0 })
  })
})
