import { test } from 'vitest'
import { decodeNode, encodeNode } from '../../src/wire/bridge.ts'
import { encodeBinaryNode } from 'baileys/lib/WABinary/encode.js'
import { resolveDevice } from '../../src/linking/device.ts'
import { buildCompanionHello } from '../../src/linking/companion-hello.ts'
test('x', () => {
  const a = encodeBinaryNode({ tag: 'iq', attrs: { from: '@s.whatsapp.net', id: '1' } })
  const b = encodeBinaryNode({ tag: 'iq', attrs: { from: 's.whatsapp.net', id: '1' } })
  console.log(decodeNode(a).attrs, decodeNode(b).attrs)
  const h = buildCompanionHello({ id: '123.45-1', digits: '12025550123', notify: true, wrappedEphemeral: Buffer.alloc(80, 7), noisePublicKey: Buffer.alloc(32, 9), companionPlatformId: '1', display: 'Chrome (Mac OS)' })
  console.log(Buffer.from(encodeNode(h)).equals(encodeBinaryNode(h as never)))
  for (const n of ['WhatsApp','whats app','Wһatsapp','ԜһаtѕАрр','What\u200bsApp','ＷｈａｔｓＡｐｐ','ΜΕΤΑ','Meta','МЕТА','Facebook Support','Google Chrome','👩‍💻 Bot','🤖 Bot','Müller Bot','Acme Sales','Metal Works','Opera House','WhatsApp Web','Metaverse','F a c e b o o k','ɡoogle','Gооgle','𝗪𝗵𝗮𝘁𝘀𝗔𝗽𝗽','Ⓜeta','ᴡhatsapp','WhatsΑpp','ẂhatsApp','Wh@tsApp','FACEB00K','Faceboοk','Fасеbook','Ꮃhatsapp','Chromе','Firefоx','Edge','Microsoft Edge','Safari','Safari Tours','Brave','Samsung Internet','DuckDuckGo', 'Vivaldi','Apple', 'Whats-App','What​sApp','Instagram', 'بوت', 'نام‌ه', 'हिन्दी बॉट','क्‍ष']) {
    let r = 'ok'
    try { resolveDevice({ name: n }, 'linux') } catch (e) { r = (e as Error).message }
    console.log(JSON.stringify(n), r)
  }
})
