// Pure but for the keys passed in. Noise XX as the responder: one message in, one out, one in (docs/protocol.md section
// 1).
import type { KeyPair } from '../wire/bridge.ts'
import { NOISE_HEADER } from '../wire/frames.ts'
import { agree, type Cipher, startHandshake } from '../wire/noise.ts'
import { bytesField, decodeMessage, encodeMessage } from '../wire/protobuf.ts'

const CLIENT_HELLO = 2
const SERVER_HELLO = 3
const CLIENT_FINISH = 4

export interface ServerHandshake {
  /** The message out. */
  readonly hello: Uint8Array
  /** Throws an Error when the client's last message is not one. */
  finish(clientFinish: Uint8Array): {
    /** The client's Noise static public key: what a login is known by. */
    readonly clientKey: Uint8Array
    /** The serialized ClientPayload. */
    readonly payload: Uint8Array
    readonly send: Cipher
    readonly receive: Cipher
  }
}

/** Throws an Error when `clientHello` is not a client's first message. */
export function answerHandshake(options: {
  readonly clientHello: Uint8Array
  readonly ephemeral: KeyPair
  readonly staticKey: KeyPair
  readonly chain: Uint8Array
}): ServerHandshake {
  const { ephemeral, staticKey } = options
  const clientEphemeral = part(options.clientHello, CLIENT_HELLO, 1)
  const noise = startHandshake(NOISE_HEADER)
  noise.mixHash(clientEphemeral)
  noise.mixHash(ephemeral.public)
  noise.mixKey(agree(ephemeral.private, clientEphemeral))
  const sealedStatic = noise.seal(staticKey.public)
  noise.mixKey(agree(staticKey.private, clientEphemeral))
  const sealedChain = noise.seal(options.chain)

  return {
    hello: encodeMessage([
      [
        SERVER_HELLO,
        encodeMessage([
          [1, ephemeral.public],
          [2, sealedStatic],
          [3, sealedChain],
        ]),
      ],
    ]),
    finish(clientFinish) {
      const clientKey = noise.open(part(clientFinish, CLIENT_FINISH, 1))
      noise.mixKey(agree(ephemeral.private, clientKey))
      const payload = noise.open(part(clientFinish, CLIENT_FINISH, 2))
      const [receive, send] = noise.split()
      return { clientKey, payload, send, receive }
    },
  }
}

function part(handshakeMessage: Uint8Array, message: number, field: number): Uint8Array {
  const inner = bytesField(decodeMessage(handshakeMessage), message)
  const bytes = inner === undefined ? undefined : bytesField(decodeMessage(inner), field)
  if (bytes === undefined) throw new Error('the client sent no handshake message')
  return bytes
}
