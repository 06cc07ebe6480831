// Our side of the comparison: from the typed code to a bot that is online, with the sessions in a database on the disk.
//
// One fresh process, one link. Asks for the code to be typed on stdout, {"code"}, and prints {"online"}: the moment, in ms
// since the epoch. Ends when it is told so on stdin.
import { once } from 'node:events'
import { join } from 'node:path'
import { link } from 'paircode'
import { openStore } from 'paircode/store'

const { URL_OF_EMULATOR, ROOT_KEY, PHONE, FOLDER } = process.env
const endpoint = { url: URL_OF_EMULATOR, rootKey: Buffer.from(ROOT_KEY, 'base64') }

const store = await openStore(`sqlite:${join(FOLDER, 'sessions.db')}`)
const linking = link({ session: 'bench', phone: PHONE, store, endpoint })
const { code } = await linking.code()
process.stdout.write(`${JSON.stringify({ code })}\n`)
await linking.result
process.stdout.write(`${JSON.stringify({ online: Date.now() })}\n`)
await once(process.stdin, 'data')
await store.close()
process.exit(0)
