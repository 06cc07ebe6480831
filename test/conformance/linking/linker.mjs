// A process that links and says what happens, one JSON line each; for tests that kill it.
import { link } from 'paircode'
import { openStore } from 'paircode/store'

const { STORE_URL, ENDPOINT_URL, ROOT_KEY, PHONE } = process.env
const store = await openStore(STORE_URL)
const linking = link({
  session: 'sales',
  phone: PHONE,
  store,
  endpoint: { url: ENDPOINT_URL, rootKey: Buffer.from(ROOT_KEY, 'base64') },
})
for await (const event of linking)
  console.log(
    JSON.stringify({ ...event, ...(event.error && { error: { code: event.error.code, status: event.error.status } }) }),
  )
await store.close()
