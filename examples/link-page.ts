// A bot with a web page on which its owner links it: /whatsapp/link, behind the login of the app around it.
//   PASSWORD=… node examples/link-page.ts       then open what it prints, as user "owner"
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'paircode'
import { createLinkPage } from 'paircode/server'
import { openStore } from 'paircode/store'

const { PASSWORD, PORT = '3000', PAIRCODE_STORE, PAIRCODE_ENDPOINT, PAIRCODE_ROOT_KEY = '' } = process.env
if (!PASSWORD) throw new Error('Set PASSWORD: the page is for whoever knows it.')
// Without an endpoint it is WhatsApp; `npx paircode emulator` prints one to try things with.
const rootKey = Buffer.from(PAIRCODE_ROOT_KEY, 'base64')
const where = PAIRCODE_ENDPOINT === undefined ? {} : { endpoint: { url: PAIRCODE_ENDPOINT, rootKey } }
/** The shortest of all logins, in place of your app's own. */
const owner = `Basic ${Buffer.from(`owner:${PASSWORD}`).toString('base64')}`

const store = await openStore(PAIRCODE_STORE ?? 'sqlite:./sessions.db')
const page = await createLinkPage({
  store,
  session: 'shop',
  basePath: '/whatsapp',
  operator: { name: 'Acme Repairs', contact: 'help@acme.example' },
  device: { name: 'Acme bot' },
  authorize: (request) => request.headers.get('authorization') === owner,
  ...where,
})
const app = createServer((req, res) => {
  if (req.headers.authorization === owner) page.node(req, res)
  else res.writeHead(401, { 'WWW-Authenticate': 'Basic' }).end('Log in as owner.')
})
app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(app.address() as AddressInfo).port}/whatsapp/link`)
})

// Once linked, connect() takes over the socket that the link left online.
while ((await store.get('shop'))?.state !== 'linked') await new Promise((resolve) => setTimeout(resolve, 1_000))
const bot = connect({ session: 'shop', store, ...where })
bot.on('state', (state) => console.log(state.name))
