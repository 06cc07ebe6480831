// Links by QR code alone: no phone number is asked for. Scan with WhatsApp: Linked devices, Link a device.
//   node examples/qr-in-terminal.ts
import { link } from 'paircode'
import { openStore } from 'paircode/store'
import { renderUnicodeCompact } from 'uqr'

const { PAIRCODE_STORE = 'sqlite:./sessions.db', PAIRCODE_ENDPOINT, PAIRCODE_ROOT_KEY = '' } = process.env
const rootKey = Buffer.from(PAIRCODE_ROOT_KEY, 'base64')
const where = PAIRCODE_ENDPOINT === undefined ? {} : { endpoint: { url: PAIRCODE_ENDPOINT, rootKey } }

const store = await openStore(PAIRCODE_STORE)
const linking = link({ session: 'by-qr', store, device: { name: 'QR bot' }, ...where })
for await (const event of linking) {
  if (event.type === 'qr') {
    console.log(renderUnicodeCompact(event.data, { ecc: 'L' }))
    console.log(`Scan it before ${event.expiresAt.toLocaleTimeString()}; the next one follows by itself.`)
    // An emulated phone has no camera and takes the text. Never print it for a real one: it is a secret.
    if (PAIRCODE_ENDPOINT !== undefined) console.log(event.data)
  } else if (event.type === 'failed') {
    console.log(event.error.advice)
  } else {
    console.log(event.type)
  }
}
const { deviceName } = await linking.result
console.log(`Linked as ${deviceName}.`)
await store.close()
process.exit() // timers of Baileys would keep the process for up to a minute
