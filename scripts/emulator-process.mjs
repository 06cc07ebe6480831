// WhatsApp's side and its phones in a process of their own, so that what is measured or tested has its process to itself.
//   node emulator-process.mjs <number>…
// Prints one line of JSON, `{"url", "rootKey" (base64)}`, then answers each line of stdin with one line of JSON:
//   logins                  {"logins": how many}
//   enter <number> <code>   {"jid"} or {"error"}: the owner of that phone types the code
//   end <code>              {"ended"}: every connection, with this stream error
// Ends when stdin ends. Takes the emulator of the package in whose folder it lies.
import { createInterface } from 'node:readline'
import { startEmulator } from 'paircode/emulator'

const say = (answer) => console.log(JSON.stringify(answer))

const emulator = await startEmulator()
const phones = new Map(process.argv.slice(2).map((number) => [number, emulator.addPhone(number)]))
const { url, rootKey } = emulator.endpoint
say({ url, rootKey: Buffer.from(rootKey).toString('base64') })

for await (const line of createInterface({ input: process.stdin })) say(await answer(line.split(' ')))
await emulator.stop()

async function answer([what, number, code]) {
  if (what === 'logins') return { logins: emulator.logins.length }
  if (what === 'end') {
    emulator.streamError(Number(number))
    return { ended: Number(number) }
  }
  const phone = phones.get(number)
  if (what !== 'enter' || phone === undefined) return { error: `not understood: ${what}` }
  try {
    return await phone.enterCode(code)
  } catch (error) {
    return { error: error.message }
  }
}
