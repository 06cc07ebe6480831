// Noise XX as the initiator: two messages out, one in. Pure but for the ephemeral key that is passed in.
import { LinkError } from '../errors.ts'
import type { KeyPair } from './bridge.ts'
import { assertTrusted } from './certificate.ts'
import { NOISE_HEADER } from './frames.ts'
import { decodeServerHello, encodeClientFinish, encodeClientHello } from './messages.ts'
import { agree, type Cipher, startHandshake } from './noise.ts'

export interface ClientHandshake {
  /** The first message out. */
  readonly hello: Uint8Array
  /**
   * Reads the server's hello, checks its certificates, and gives the last message out with the two ciphers.
   * @throws LinkError untrusted-server · network (the bytes are not a handshake)
   */
  finish(
    serverHello: Uint8Array,
    now: number,
  ): { readonly finish: Uint8Array; readonly send: Cipher; readonly receive: Cipher }
}

export function startClientHandshake(options: {
  readonly ephemeral: KeyPair
  readonly noiseKey: KeyPair
  readonly rootKey: Uint8Array
  readonly payload: Uint8Array
}): ClientHandshake {
  const { ephemeral, noiseKey } = options
  const noise = startHandshake(NOISE_HEADER)
  noise.mixHash(ephemeral.public)

  const readServer = (bytes: Uint8Array): { ephemeral: Uint8Array; staticKey: Uint8Array; chain: Uint8Array } => {
    const hello = decodeServerHello(bytes)
    noise.mixHash(hello.ephemeral)
    noise.mixKey(agree(ephemeral.private, hello.ephemeral))
    const staticKey = noise.open(hello.static)
    noise.mixKey(agree(ephemeral.private, staticKey))
    return { ephemeral: hello.ephemeral, staticKey, chain: noise.open(hello.payload) }
  }

  return {
    hello: encodeClientHello(ephemeral.public),
    finish(serverHello, now) {
      const server = asHandshake(() => readServer(serverHello))
      assertTrusted({ chain: server.chain, staticKey: server.staticKey, rootKey: options.rootKey, now })
      const sealedStatic = noise.seal(noiseKey.public)
      noise.mixKey(agree(noiseKey.private, server.ephemeral))
      const finish = encodeClientFinish({ static: sealedStatic, payload: noise.seal(options.payload) })
      const [send, receive] = noise.split()
      return { finish, send, receive }
    },
  }
}

function asHandshake<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (cause) {
    throw new LinkError('network', 'what the server sent is not a handshake', { cause })
  }
}
