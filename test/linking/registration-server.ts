// The least server that unmodified Baileys registers with. It keeps the very bytes of each stanza that Baileys sent.
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { issueChain } from '../../src/emulator/certificate.ts'
import { answerHandshake, type ServerHandshake } from '../../src/emulator/handshake.ts'
import { distrustRoot, trustRoot } from '../../src/emulator/trust.ts'
import { decodeNode, encodeNode, generateKeyPair } from '../../src/wire/bridge.ts'
import { createFrameReader, frame, NOISE_HEADER } from '../../src/wire/frames.ts'
import type { Node } from '../../src/wire/nodes.ts'
import type { Cipher } from '../../src/wire/noise.ts'

export interface Sent {
  /** The plaintext of the frame, flag byte first. */
  readonly plaintext: Uint8Array
  readonly stanza: Node
}

export interface RegistrationServer {
  readonly url: string
  /** The serialized ClientPayload of the connection. */
  payload(): Promise<Uint8Array>
  /** The first stanza, sent or yet to be, that fits. */
  sent(fits: (stanza: Node) => boolean): Promise<Sent>
  send(stanza: Node): void
  close(): Promise<void>
}

/** For one connection. */
export async function serveOneRegistration(onReady: (server: RegistrationServer) => void): Promise<RegistrationServer> {
  const root = generateKeyPair()
  const staticKey = generateKeyPair()
  const socketServer = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await new Promise((resolve) => socketServer.once('listening', resolve))
  trustRoot(root.public)

  const stanzas: Sent[] = []
  const waiting = new Set<{ fits: (stanza: Node) => boolean; resolve: (sent: Sent) => void }>()
  let gotPayload: (payload: Uint8Array) => void = () => {}
  const payload = new Promise<Uint8Array>((resolve) => {
    gotPayload = resolve
  })
  let write: (stanza: Node) => void = () => {
    throw new Error('nobody is connected')
  }

  socketServer.on('connection', (socket) => {
    const frames = createFrameReader()
    let introduced = false
    let handshake: ServerHandshake | undefined
    let ciphers: { readonly send: Cipher; readonly receive: Cipher } | undefined

    const take = (bytes: Uint8Array): void => {
      if (handshake === undefined) {
        const chain = issueChain({ root, staticKey: staticKey.public, now: Date.now() })
        handshake = answerHandshake({ clientHello: bytes, ephemeral: generateKeyPair(), staticKey, chain })
        socket.send(frame(handshake.hello))
      } else if (ciphers === undefined) {
        const finished = handshake.finish(bytes)
        ciphers = finished
        write = (stanza) => socket.send(frame(finished.send.seal(encodeNode(stanza))))
        gotPayload(finished.payload)
        onReady(server)
      } else {
        const plaintext = ciphers.receive.open(bytes)
        const sent = { plaintext, stanza: decodeNode(plaintext) }
        stanzas.push(sent)
        for (const one of waiting) {
          if (!one.fits(sent.stanza)) continue
          waiting.delete(one)
          one.resolve(sent)
        }
      }
    }

    socket.on('message', (data: Buffer) => {
      const bytes = introduced ? data : data.subarray(NOISE_HEADER.length)
      introduced = true
      for (const whole of frames.push(bytes)) take(whole)
    })
  })

  const { port } = socketServer.address() as AddressInfo
  const server: RegistrationServer = {
    url: `ws://127.0.0.1:${port}/ws/chat`,
    payload: () => payload,
    sent(fits) {
      const past = stanzas.find(({ stanza }) => fits(stanza))
      return past === undefined ? new Promise((resolve) => waiting.add({ fits, resolve })) : Promise.resolve(past)
    },
    send: (stanza) => write(stanza),
    async close() {
      distrustRoot(root.public)
      for (const client of socketServer.clients) client.terminate()
      await new Promise((resolve) => socketServer.close(resolve))
    },
  }
  return server
}
