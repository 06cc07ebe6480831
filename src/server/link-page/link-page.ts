import { openServer, type PaircodeServer } from '../server.ts'
import { checkedDoor, type LinkPageOptions } from './options.ts'

export type LinkPage = Pick<PaircodeServer, 'fetch' | 'node' | 'close'>

/**
 * Only the link page, for one bot's own app: `GET {basePath}/link` shows who asks, and leads through number and code to the
 * linked device. Whoever `authorize` does not let through gets 403. The same limits, cookies and checks of Origin and Host
 * as on the server; no API, no tokens. The session is online for 30 s after the link, for `connect()` in this process to
 * take over. The store stays open on `close()`.
 * @throws LinkError invalid-options · invalid-session · invalid-device; StoreError
 */
export async function createLinkPage(options: LinkPageOptions): Promise<LinkPage> {
  const door = checkedDoor(options)
  const { session: _session, authorize: _authorize, device: _device, ...common } = options
  const { fetch, node, close } = await openServer(common, { linkPage: door })
  return { fetch, node, close }
}
