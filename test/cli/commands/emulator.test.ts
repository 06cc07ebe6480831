import { describe, expect, it } from 'vitest'
import { setWorkplace } from '../support/command-stage.ts'
import { defectsOf, type RunningCli } from '../support/running-cli.ts'

const workplace = setWorkplace()

async function started(...args: readonly string[]): Promise<{ emulator: RunningCli; env: Record<string, string> }> {
  const emulator = workplace.run(['emulator', ...args])
  const { endpoint, rootKey } = await emulator.event('listening')
  await emulator.event('phone')
  return { emulator, env: { PAIRCODE_ENDPOINT: String(endpoint), PAIRCODE_ROOT_KEY: String(rootKey) } }
}

describe('paircode emulator in a pipe', () => {
  it('is WhatsApp and the phone for another program', async () => {
    const { emulator, env } = await started()
    const linking = workplace.run(['link', '+1 202 555 0123'], env)
    const { code } = await linking.event('code')
    expect(await emulator.event('prompted')).toMatchObject({ phone: '+1••••••••23' })
    emulator.type(`enter ${code}`)
    expect(await linking.ended).toMatchObject({ code: 0 })
    await emulator.event('linked')
    emulator.type('devices')
    expect(await emulator.event('devices')).toMatchObject({ devices: [{ name: 'Paircode' }] })
    emulator.type('quit')
    const ended = await emulator.ended
    expect(ended).toMatchObject({ code: 0 })
    expect(defectsOf(ended)).toEqual([])
  })

  it('lets WhatsApp refuse on demand', async () => {
    const { emulator, env } = await started()
    emulator.type('fail companion_hello 403')
    await emulator.event('set')
    expect(await workplace.run(['link', '+1 202 555 0123'], env).ended).toMatchObject({ code: 3 })
  })

  it('goes on after the end of stdin, and ends cleanly with a signal', async () => {
    const { emulator, env } = await started()
    emulator.child.stdin.end()
    const linking = workplace.run(['link', '+1 202 555 0123'], env)
    await linking.event('code')
    emulator.child.kill('SIGTERM')
    expect(await emulator.ended).toMatchObject({ code: 0 })
  })

  it('has the phones that were asked for', async () => {
    const { emulator } = await started('--phone', '+1 202 555 0150', '+1 202 555 0151')
    expect(await emulator.event('phone')).toMatchObject({ phone: '+1••••••••51' })
  })

  it('takes orders over HTTP when it is asked to, from whoever has the token', async () => {
    const { emulator } = await started('--control')
    const { url, token } = await emulator.event('control')
    const answer = await fetch(`${url}/v1/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: 'devices',
    })
    expect(await answer.json()).toEqual({ type: 'devices', phone: '+1••••••••23', devices: [] })
    expect((await fetch(`${url}/v1/logins`)).status).toBe(401)
    emulator.type('quit')
    expect(await emulator.ended).toMatchObject({ code: 0 })
  })

  it('says what cannot be', async () => {
    const { emulator } = await started()
    emulator.type('dance')
    expect(await emulator.event('not-done')).toMatchObject({ reason: expect.stringContaining('help') })
    expect(await workplace.run(['emulator', '--port', 'x']).ended).toMatchObject({ code: 2 })
    const port = new URL(String((await started()).env.PAIRCODE_ENDPOINT)).port
    expect(await workplace.run(['emulator', '--port', port]).ended).toMatchObject({ code: 2 })
  })
})
