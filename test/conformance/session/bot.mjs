// A bot as a process of its own: keeps a session online and says what happens, one JSON line each. Takes one word a line:
// `close`, `logout`. For tests that kill it, put it to sleep, or start it twice.
import { createInterface } from 'node:readline'
import { connect } from 'paircode'
import { openStore } from 'paircode/store'

const { STORE_URL, STORE_KEY, ENDPOINT_URL, ROOT_KEY, SESSION } = process.env
// What libsignal prints must not be taken for ours.
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)

const store = await openStore(STORE_URL, STORE_KEY === undefined ? {} : { key: Buffer.from(STORE_KEY, 'base64') })
const bot = connect({
  session: SESSION,
  store,
  endpoint: { url: ENDPOINT_URL, rootKey: Buffer.from(ROOT_KEY, 'base64') },
})
bot.on('state', (state) => say({ state: state.name, ...(state.reason && { reason: state.reason }) }))

const commands = createInterface({ input: process.stdin }).on('line', (word) => {
  if (word === 'close') void bot.close()
  if (word === 'logout')
    bot.logout().then(
      () => say({ done: word }),
      (error) => say({ failed: word, code: error.code }),
    )
})
await bot.stopped
commands.close()
await store.close()
process.stdin.destroy()
