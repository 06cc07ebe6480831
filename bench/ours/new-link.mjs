// Our side for the pre-keys of a new link: what link() stores when WhatsApp accepted it, 812 pre-keys and the credentials in
// one transaction. The other side stores them by keys.set and saveCreds, as Baileys does after its first login.
// One fresh process. FOLDER. Prints one line of JSON: {"measured"}. Made into one file by bench/store.mjs, because it uses
// what the package keeps to itself.
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { freshCredentials } from '../../src/store/credentials.ts'
import { internalsOf } from '../../src/store/internals.ts'
import { openStore } from '../../src/store/open.ts'
import { elapsed, signed } from '../store/work.mjs'

const folder = process.env.FOLDER
await mkdir(folder, { recursive: true })
const store = await openStore(`sqlite:${join(folder, 'sessions.db')}`)
const credentials = await freshCredentials()
signed(credentials)
const keyPair = () => ({ public: randomBytes(32), private: randomBytes(32) })
const preKeys = Array.from({ length: 812 }, (_, id) => ({ id: id + 1, keyPair: keyPair() }))
const linked = { session: 'bot', deviceName: 'Bot', credentials, preKeys, at: new Date() }
console.log(JSON.stringify({ measured: await elapsed(() => internalsOf(store).saveLinked(linked)) }))
process.exit(0)
