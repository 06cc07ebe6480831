import { inspect } from 'node:util'
import { NOISE_WA_HEADER } from 'baileys/lib/Defaults/index.js'
import { makeNoiseHandler } from 'baileys/lib/Utils/noise-handler.js'
import { proto } from 'baileys/WAProto/index.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LinkError } from '../../src/errors.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { generateKeyPair, type KeyPair } from '../../src/wire/bridge.ts'
import { type ClientHandshake, startClientHandshake } from '../../src/wire/handshake.ts'
import { type Chain, type ChainOptions, encodeChain, flipped, makeChain, NOW } from './chain.ts'
import { hexOf } from './hex.ts'
import { createResponder, type Responder, type ResponderOptions, rawKeys } from './noise-responder.ts'

const root = generateKeyPair()
const PAYLOAD = Buffer.from('who connects, 200 bytes or so'.repeat(7))

const startClient = (ephemeral: KeyPair = generateKeyPair(), noiseKey: KeyPair = generateKeyPair()): ClientHandshake =>
  startClientHandshake({ ephemeral, noiseKey, rootKey: root.public, payload: PAYLOAD })

const responderWith = (changes: Partial<ChainOptions> = {}, alter = (chain: Chain): Chain => chain): Responder =>
  createResponder({ chain: (staticKey) => encodeChain(alter(makeChain({ root, staticKey, ...changes }))) })

function thrownBy(run: () => unknown): LinkError {
  try {
    run()
  } catch (error) {
    if (error instanceof LinkError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('the client handshake', () => {
  it('sends its ephemeral key first, and nothing else', () => {
    const ephemeral = generateKeyPair()
    const hello = proto.HandshakeMessage.decode(startClient(ephemeral).hello)
    expect(hexOf(hello.clientHello?.ephemeral ?? new Uint8Array(0))).toBe(hexOf(ephemeral.public))
    expect(Object.keys(proto.HandshakeMessage.toObject(hello))).toEqual(['clientHello'])
    expect(Object.keys(hello.clientHello ?? {})).toEqual(['ephemeral'])
  })

  it('comes to an end with a responder that was written from the specification', () => {
    const noiseKey = generateKeyPair()
    const client = startClient(generateKeyPair(), noiseKey)
    const responder = responderWith()
    const { finish, send, receive } = client.finish(responder.hello(client.hello), NOW)
    const seen = responder.finish(finish)
    expect(hexOf(seen.clientKey)).toBe(hexOf(noiseKey.public))
    expect(hexOf(seen.payload)).toBe(hexOf(PAYLOAD))
    for (let round = 0; round < 300; round += 1) {
      const stanza = Buffer.from(`stanza ${round}`)
      expect(hexOf(responder.open(send.seal(stanza)))).toBe(hexOf(stanza))
      expect(hexOf(receive.open(responder.seal(stanza)))).toBe(hexOf(stanza))
    }
  })

  it('writes the very bytes that Baileys writes to the same responder with the same keys', async () => {
    const [ephemeral, noiseKey] = [generateKeyPair(), generateKeyPair()]
    const staticKey = rawKeys()
    const chain = encodeChain(makeChain({ root, staticKey: staticKey.public }))
    const same: ResponderOptions = { staticKey, ephemeral: rawKeys(), chain: () => chain }
    const [forUs, forBaileys] = [createResponder(same), createResponder(same)]

    const client = startClient(ephemeral, noiseKey)
    const serverHello = forUs.hello(client.hello)
    const ours = client.finish(serverHello, NOW)

    const asBuffers = (pair: KeyPair): { public: Buffer; private: Buffer } => ({
      public: Buffer.from(pair.public),
      private: Buffer.from(pair.private),
    })
    const baileys = makeNoiseHandler({
      keyPair: asBuffers(ephemeral),
      NOISE_HEADER: NOISE_WA_HEADER,
      logger: silentLogger as never,
    })
    const helloOfBaileys = proto.HandshakeMessage.encode({ clientHello: { ephemeral: ephemeral.public } }).finish()
    expect(hexOf(client.hello)).toBe(hexOf(helloOfBaileys))
    expect(hexOf(forBaileys.hello(helloOfBaileys))).toBe(hexOf(serverHello))
    const sealedStatic = baileys.processHandshake(proto.HandshakeMessage.decode(serverHello), asBuffers(noiseKey))
    const payload = baileys.encrypt(PAYLOAD)
    const finishOfBaileys = proto.HandshakeMessage.encode({ clientFinish: { static: sealedStatic, payload } }).finish()
    expect(hexOf(ours.finish)).toBe(hexOf(finishOfBaileys))

    await baileys.finishInit()
    expect(forUs.finish(ours.finish)).toEqual(forBaileys.finish(finishOfBaileys))
    for (let round = 0; round < 3; round += 1) {
      const stanza = Buffer.from(`stanza ${round}`)
      expect(hexOf(ours.send.seal(stanza))).toBe(hexOf(baileys.encrypt(stanza)))
      const answer = forUs.seal(stanza)
      expect(hexOf(ours.receive.open(answer))).toBe(hexOf(baileys.decrypt(answer)))
    }
  })

  it('refuses a forged server that Baileys 7.0.0-rc14 accepts', () => {
    const forged = (chain: Chain): Chain => ({
      leaf: { ...chain.leaf, signature: new Uint8Array(64) },
      intermediate: { ...chain.intermediate, signature: new Uint8Array(64) },
    })
    const [ephemeral, noiseKey] = [generateKeyPair(), generateKeyPair()]
    const client = startClient(ephemeral, noiseKey)
    const serverHello = responderWith({}, forged).hello(client.hello)
    const baileys = makeNoiseHandler({
      keyPair: { public: Buffer.from(ephemeral.public), private: Buffer.from(ephemeral.private) },
      NOISE_HEADER: NOISE_WA_HEADER,
      logger: silentLogger as never,
    })
    const theirKey = { public: Buffer.from(noiseKey.public), private: Buffer.from(noiseKey.private) }
    expect(() => baileys.processHandshake(proto.HandshakeMessage.decode(serverHello), theirKey)).not.toThrow()
    expect(thrownBy(() => client.finish(serverHello, NOW))).toMatchObject({
      code: 'untrusted-server',
      reason: 'intermediate-signature',
    })
  })
})

describe('an untrusted server', () => {
  const stranger = generateKeyPair()
  const short = (bytes: Uint8Array | undefined): Uint8Array | undefined => bytes?.subarray(0, 63)

  it.each<[string, Partial<ChainOptions>, ((chain: Chain) => Chain)?]>([
    ['incomplete', {}, (chain) => ({ ...chain, leaf: { ...chain.leaf, signature: short(chain.leaf?.signature) } })],
    ['intermediate-signature', { intermediateSigner: stranger }],
    ['intermediate-issuer', { intermediate: { issuerSerial: 1 } }],
    ['leaf-signature', { leafSigner: stranger }],
    ['leaf-issuer', { leaf: { issuerSerial: 4 } }],
    ['key-mismatch', { leaf: { key: stranger.public } }],
    ['dates', { leaf: { notAfter: NOW / 1000 - 1 } }],
  ])('is refused with the reason %s, before anything of ours is sealed for it', (reason, changes, alter) => {
    const client = startClient()
    const serverHello = responderWith(changes, alter).hello(client.hello)
    expect(thrownBy(() => client.finish(serverHello, NOW))).toMatchObject({ code: 'untrusted-server', reason })
  })

  it('without any chain is incomplete', () => {
    const client = startClient()
    const serverHello = createResponder({ chain: () => new Uint8Array(0) }).hello(client.hello)
    expect(thrownBy(() => client.finish(serverHello, NOW))).toMatchObject({ reason: 'incomplete' })
  })
})

describe('what is not a handshake', () => {
  type Hello = { ephemeral: Uint8Array; static: Uint8Array; payload: Uint8Array }

  const helloFor = (client: ClientHandshake): Hello => {
    const hello = proto.HandshakeMessage.decode(responderWith().hello(client.hello)).serverHello
    const part = (bytes: Uint8Array | null | undefined): Uint8Array => Uint8Array.from(bytes ?? [])
    return { ephemeral: part(hello?.ephemeral), static: part(hello?.static), payload: part(hello?.payload) }
  }

  const refusalOf = (change: (hello: Hello) => Partial<Hello>): LinkError => {
    const client = startClient()
    const serverHello = change(helloFor(client))
    const bytes = proto.HandshakeMessage.encode({ serverHello }).finish()
    return thrownBy(() => client.finish(bytes, NOW))
  }

  it('is a network error with its cause', () => {
    const error = refusalOf(({ ephemeral, static: sealed }) => ({ ephemeral, static: sealed }))
    expect(error).toMatchObject({ code: 'network', retryable: true })
    expect(error.cause).toBeInstanceOf(RangeError)
  })

  it.each<keyof Hello>(['ephemeral', 'static', 'payload'])('is a hello in which any byte of %s changed', (part) => {
    const length = helloFor(startClient())[part].length
    const step = Math.max(1, Math.floor(length / 48))
    for (let at = 0; at < length; at += step) {
      const error = refusalOf((hello) => ({ ...hello, [part]: flipped(hello[part], at * 8 + (at % 7)) }))
      expect(error, `byte ${at}`).toMatchObject({ code: 'network' })
    }
  })

  it.each<[string, (hello: Hello) => Partial<Hello>]>([
    ['without its ephemeral key', ({ static: sealed, payload }) => ({ static: sealed, payload })],
    ['with an ephemeral key of small order', (hello) => ({ ...hello, ephemeral: new Uint8Array(32) })],
    ['with an ephemeral key of 31 bytes', (hello) => ({ ...hello, ephemeral: hello.ephemeral.subarray(1) })],
    [
      'with an ephemeral key of 33 bytes',
      (hello) => ({ ...hello, ephemeral: Buffer.concat([Buffer.of(5), hello.ephemeral]) }),
    ],
    ['with an empty static key', (hello) => ({ ...hello, static: new Uint8Array(0) })],
    ['with an empty payload', (hello) => ({ ...hello, payload: new Uint8Array(0) })],
    ['with static key and payload exchanged', (hello) => ({ ...hello, static: hello.payload, payload: hello.static })],
  ])('is a hello %s', (_what, change) => {
    expect(refusalOf(change)).toMatchObject({ code: 'network' })
  })

  it('is random bytes, which throw nothing but a network error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(thrownBy(() => startClient().finish(bytes, NOW))).toMatchObject({ code: 'network' })
      }),
      { numRuns: 200 },
    )
  })

  it("is another client's answer", () => {
    const forAnother = responderWith().hello(startClient().hello)
    expect(thrownBy(() => startClient().finish(forAnother, NOW))).toMatchObject({ code: 'network' })
  })
})

describe('the errors of a handshake', () => {
  it('show no key and no payload', () => {
    const [ephemeral, noiseKey] = [generateKeyPair(), generateKeyPair()]
    const untrusted = startClient(ephemeral, noiseKey)
    const errors = [
      thrownBy(() => untrusted.finish(responderWith({ leafSigner: root }).hello(untrusted.hello), NOW)),
      thrownBy(() => startClient(ephemeral, noiseKey).finish(Buffer.from('junk'), NOW)),
    ]
    const secrets = [ephemeral.private, noiseKey.private, PAYLOAD].flatMap((bytes) => [
      hexOf(bytes).slice(0, 16),
      Buffer.from(bytes).toString('base64').slice(0, 12),
      [...bytes.subarray(0, 4)].join(', '),
    ])
    for (const error of errors)
      for (const secret of secrets) {
        expect(inspect(error, { depth: 10 })).not.toContain(secret)
        expect(JSON.stringify(error)).not.toContain(secret)
      }
  })
})
