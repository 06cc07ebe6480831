// The one case in which a phone shows a device that its bot does not use: our last word (pair-device-sign) is still under way
// when the process dies, and reaches WhatsApp only after the next process has tried the stored login and was refused. No
// order of storing and replying helps: nobody can tell a word that is late from one that never left. What holds: the bot is
// online as the second device, and the credentials of the first are in the archive.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { install } from '../../../proof/installation.ts'
import { crashPoints } from '../../../proof/kills/instrument.ts'
import { online } from '../../../proof/kills/judge.ts'
import { setStage, until } from '../../../proof/kills/stage.ts'
import { openPlaces } from '../../../proof/places.ts'
import { openStore } from '../../../src/store/index.ts'

it('a reply that arrives after the next login leaves a second device, and its credentials in the archive', async () => {
  const installation = await install({ plugins: [crashPoints()] })
  onTestFinished(installation.remove)
  const places = await openPlaces('sqlite')
  onTestFinished(places.close)
  await installation.put(new URL('../../../proof/kills/crash-points.mjs', import.meta.url))
  const program = await installation.put(new URL('../../../proof/kills/bot.mjs', import.meta.url))
  const place = await places.next()
  const stage = await setStage(program, place)
  onTestFinished(stage.close)
  const network = await slowNetwork(Number(new URL(stage.emulator.endpoint.url).port))
  onTestFinished(network.close)
  const env = { ENDPOINT_URL: network.url }

  const killed = stage.start({ ...env, SLOW_STORE: '1', KILL_AT: 'after effect reply' }, ({ type }) => {
    if (type === 'storing') network.hold()
  })
  await killed.child.ended
  expect(stage.phone.linkedDevices()).toEqual([])

  const next = stage.start(env)
  await online(next.child)
  expect(next.codes()).toBe(1)
  network.letGo()
  await until(() => stage.phone.linkedDevices().length === 2, 'the late device')
  await next.child.kill()

  const store = await openStore(String(place.env['STORE_URL']))
  onTestFinished(() => store.close())
  const [used] = await store.list()
  const [kept] = await store.list({ archived: true })
  expect(new Set([used?.jid, kept?.jid])).toEqual(new Set(stage.phone.linkedDevices().map(({ jid }) => jid)))
}, 180_000)

/** Everything passes at once, but for what is sent on lines that are held: that waits, also when its sender is gone. */
async function slowNetwork(port: number) {
  const lines = new Set<{ readonly client: Socket; readonly server: Socket }>()
  const gate = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    lines.add({ client, server })
    client.pipe(server)
    server.pipe(client)
    for (const socket of [client, server]) socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve))
  const held: { readonly client: Socket; readonly server: Socket }[] = []
  return {
    url: `ws://127.0.0.1:${(gate.address() as AddressInfo).port}/ws/chat`,
    hold() {
      for (const { client, server } of lines) client.unpipe(server).pause()
      held.push(...lines)
      lines.clear()
    },
    letGo() {
      for (const { client, server } of held) client.pipe(server)
    },
    close: async () => {
      for (const { client, server } of [...lines, ...held]) {
        client.destroy()
        server.destroy()
      }
      await new Promise((resolve) => gate.close(resolve))
    },
  }
}
