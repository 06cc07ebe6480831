// What unmodified Baileys itself sends in stage 1 and stage 2, byte for byte: a vector that nothing of ours wrote.
import makeWASocket, { type AuthenticationCreds, initAuthCreds } from 'baileys'
import { pino } from 'pino'
import { bytesOf, childOf, type Node } from '../../../src/wire/nodes.ts'
import { bytesFrom, keyPairFrom, toHex } from '../keys.ts'
import { wrapPrimaryEphemeral } from '../primary.ts'
import { serveOneRegistration } from '../registration-server.ts'
import { helloAccepted, pairDevice, primaryHello } from '../server-stanzas.ts'

export interface BaileysCodeLink {
  readonly about: string
  readonly origin: string
  readonly code: string
  readonly digits: string
  /** Hex, all of them. `hello` and `finish` are whole plaintexts of a frame, flag byte first. */
  readonly noisePublicKey: string
  readonly identityPublicKey: string
  readonly hello: string
  readonly ref: string
  readonly phoneEphemeralPrivate: string
  readonly phoneIdentityPrivate: string
  readonly finish: string
  readonly advSecret: string
}

const CODE = 'K7QX2MTB'
const DIGITS = '12025550123'
const REF = Buffer.from('3@a ref of WhatsApp')
const PHONE = { ephemeral: keyPairFrom('phone ephemeral'), identity: keyPairFrom('phone identity') }
const stage = (name: string) => (stanza: Node) => childOf(stanza, 'link_code_companion_reg')?.attrs['stage'] === name

/** @param date as it stands in the origin · @param version of the installed Baileys */
export async function recordBaileys(date: string, version: string): Promise<BaileysCodeLink> {
  const server = await serveOneRegistration((ready) => ready.send(pairDevice()))
  const creds: AuthenticationCreds = initAuthCreds()
  const sock = makeWASocket({
    waWebSocketUrl: server.url,
    auth: { creds, keys: { get: () => ({}), set: () => {} } },
    browser: ['Windows', 'Chrome', '1'],
    logger: pino({ level: 'silent' }),
    fireInitQueries: false,
  })
  sock.ev.on('creds.update', (update) => void Object.assign(creds, update))
  try {
    await new Promise<void>((resolve) => {
      sock.ev.on('connection.update', (update) => {
        if (update.qr !== undefined) resolve()
      })
    })
    await sock.requestPairingCode(DIGITS, CODE)
    const hello = await server.sent(stage('companion_hello'))
    server.send(helloAccepted(hello.stanza.attrs['id'] ?? '', REF))
    const wrapped = await wrapPrimaryEphemeral(CODE, PHONE.ephemeral.public, bytesFrom('salt'), bytesFrom('iv', 16))
    server.send(primaryHello({ ref: REF, wrapped, identity: PHONE.identity.public }))
    const finish = await server.sent(stage('companion_finish'))
    if (bytesOf(childOf(childOf(finish.stanza, 'link_code_companion_reg'), 'link_code_pairing_ref')) === undefined)
      throw new Error('the finish has no ref')
    // Baileys makes the secret after it sent: one turn later it is there.
    await new Promise((resolve) => setImmediate(resolve))
    return {
      about: 'companion_hello and companion_finish of unmodified Baileys, and what a phone needs to open them.',
      origin: `Recorded by scripts/record-handshakes.mjs on ${date} from baileys ${version} as npm installs it: its own bytes.`,
      code: CODE,
      digits: DIGITS,
      noisePublicKey: toHex(creds.noiseKey.public),
      identityPublicKey: toHex(creds.signedIdentityKey.public),
      hello: toHex(hello.plaintext),
      ref: toHex(REF),
      phoneEphemeralPrivate: toHex(PHONE.ephemeral.private),
      phoneIdentityPrivate: toHex(PHONE.identity.private),
      finish: toHex(finish.plaintext),
      advSecret: toHex(Buffer.from(creds.advSecretKey, 'base64')),
    }
  } finally {
    await sock.end(undefined)
    await server.close()
  }
}
