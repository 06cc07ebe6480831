// change-key <store> <key> <previous key …>, keys in hex: opens the store, and waits until everything is sealed anew.
import { openStore } from '../../../../src/store/open.ts'
import { argument, tell } from './parent.ts'

const previousKeys = process.argv.slice(4).map((hex) => Buffer.from(hex, 'hex'))
const store = await openStore(argument(0), { key: Buffer.from(argument(1), 'hex'), previousKeys })
tell('opened')
await store.resealed()
tell('resealed')
setInterval(() => {}, 1_000)
