// take-slots <store> <account> <count>: asks for that many slots at once, when told to.
import { internalsOf } from '../../../../src/store/internals.ts'
import { openShared } from './open-shared.ts'
import { argument, tell, told } from './parent.ts'

const store = await openShared(argument(0))
const { limits } = internalsOf(store)
tell('ready')
await told()
const slots = await Promise.all(Array.from({ length: Number(argument(2)) }, () => limits.take(argument(1), Date.now())))
tell(String(slots.filter(({ allowed }) => allowed).length))
await store.close()
process.exit()
