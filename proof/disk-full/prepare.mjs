// prepare.mjs <store>: makes a store with one linked session.
import { randomBytes } from 'node:crypto'
import { openStore } from '../../src/store/open.ts'

const store = await openStore(process.argv[2])
const { state, saveCreds } = await store.authState('sales')
const parts = ['details', 'accountSignatureKey', 'accountSignature', 'deviceSignature']
const account = Object.fromEntries(parts.map((part) => [part, randomBytes(32)]))
Object.assign(state.creds, { me: { id: '12025550123:1@s.whatsapp.net' }, account })
await saveCreds()
await store.close()
