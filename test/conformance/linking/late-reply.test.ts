// The one case in which a phone shows a device that its bot does not use: our last word (pair-device-sign) is still under way
// when the process dies, and reaches WhatsApp only after the next process has tried the stored login and was refused. No
// order of storing and replying helps: nobody can tell a word that is late from one that never left. What holds: a refused
// login is tried again after 2 s, and when the word is later than that, the bot is online as the second device, and the
// credentials of the first are in the archive.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { install } from '../../../proof/installation.ts'
import { crashPoints } from '../../../proof/kills/instrument.ts'
import { online } from '../../../proof/kills/judge.ts'
import { setStage, until } from '../../../proof/kills/stage.ts'
import { openPlaces } from '../../../proof/places.ts'
import { openStore } from '../../../src/store/index.ts'

it('a reply that arrives within two seconds of the next login is in time: the bot is online without a code', async () => {
  const { stage, network, next, store } = await killedWhileReplying()
  await until(() => network.ended() > 0, 'the refusal of the first login')
  network.letGo()
  await online(next.child)
  expect(next.codes()).toBe(0)
  expect(stage.phone.linkedDevices()).toHaveLength(1)
  await next.child.kill()
  expect(await (await store()).list({ archived: true })).toEqual([])
}, 180_000)

it('a reply that arrives later leaves a second device, and its credentials in the archive', async () => {
  const { stage, network, next, store } = await killedWhileReplying()
  await online(next.child)
  expect(next.codes()).toBe(1)
  network.letGo()
  await until(() => stage.phone.linkedDevices().length === 2, 'the late device')
  await next.child.kill()

  const opened = await store()
  const [used] = await opened.list()
  const [kept] = await opened.list({ archived: true })
  expect(new Set([used?.jid, kept?.jid])).toEqual(new Set(stage.phone.linkedDevices().map(({ jid }) => jid)))
}, 180_000)

/** A process that died with its reply under way, and the next one. */
async function killedWhileReplying() {
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
  const store = async () => {
    const opened = await openStore(String(place.env['STORE_URL']))
    onTestFinished(() => opened.close())
    return opened
  }
  return { stage, network, next: stage.start(env), store }
}

/** Everything passes at once, but for what is sent on lines that are held: that waits, also when its sender is gone. */
async function slowNetwork(port: number) {
  let ended = 0
  const lines = new Set<{ readonly client: Socket; readonly server: Socket }>()
  const gate = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    lines.add({ client, server })
    client.pipe(server)
    server.pipe(client)
    for (const socket of [client, server]) socket.on('error', () => {})
    server.on('close', () => {
      if (!held.some((line) => line.server === server)) ended += 1
    })
  })
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve))
  const held: { readonly client: Socket; readonly server: Socket }[] = []
  return {
    /** Lines that were over and not held. */
    ended: () => ended,
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
