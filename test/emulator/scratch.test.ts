import {test} from 'vitest'
import {encodeNode,decodeNode} from '/work/main/src/wire/bridge.ts'
import {encodeBinaryNode,decodeBinaryNode} from 'baileys/lib/WABinary/index.js'
test('x', async()=>{
for (const from of ['s.whatsapp.net','@s.whatsapp.net','12025550123:12@s.whatsapp.net','123456789012345:12@lid','12025550123@s.whatsapp.net','123456789012345@lid','12025550123:0@s.whatsapp.net']) {
  const e=encodeNode({tag:'iq',attrs:{from,id:'123'}})
  const b=encodeBinaryNode({tag:'iq',attrs:{from,id:'123'}})
  console.log(from, Buffer.from(e).toString('hex'), decodeNode(e).attrs.from, (await decodeBinaryNode(Buffer.from(e))).attrs.from, '| baileys enc', b.toString('hex'), decodeNode(b).attrs.from)
}
const n={tag:'stream:error',attrs:{code:'515'},content:[{tag:'conflict',attrs:{type:'replaced'}}]}
console.log(JSON.stringify(await decodeBinaryNode(Buffer.from(encodeNode(n)))))
console.log(JSON.stringify(await decodeBinaryNode(Buffer.from(encodeNode({tag:'x',attrs:{},content:Buffer.from('2@abc')})))))
console.log(JSON.stringify(await decodeBinaryNode(Buffer.from(encodeNode({tag:'x',attrs:{},content:Buffer.from('primary')})))))
console.log(JSON.stringify(decodeNode(encodeBinaryNode({tag:'x',attrs:{},content:Buffer.from('1')}))), decodeNode(encodeBinaryNode({tag:'x',attrs:{},content:'0'})))
})
