// Our side of the comparison: the shortest program that links by code, with the sessions in a database on the disk.
// One fresh process, one code. Prints one line of JSON, ms since the process began: {"loaded", "code"}.
// `code`: the code as an event; WhatsApp accepted it before that.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { link } from 'paircode'
import { openStore } from 'paircode/store'

const loaded = performance.now()
const { URL_OF_EMULATOR, ROOT_KEY, PHONE } = process.env
const endpoint = { url: URL_OF_EMULATOR, rootKey: Buffer.from(ROOT_KEY, 'base64') }

const folder = await mkdtemp(join(tmpdir(), 'paircode-bench-'))
const store = await openStore(`sqlite:${join(folder, 'sessions.db')}`)
const linking = link({ session: 'bench', phone: PHONE, store, endpoint })
await linking.code()
console.log(JSON.stringify({ loaded, code: performance.now() }))
await linking.cancel()
await store.close()
await rm(folder, { recursive: true, force: true })
