// open.mjs <store>: opens a store and says what came of it.
import { openStore } from '../../src/store/open.ts'

try {
  await (await openStore(process.argv[2])).close()
  console.log(JSON.stringify({ opened: true }))
} catch (thrown) {
  const { name, code, message, advice } = thrown
  console.log(JSON.stringify({ name, code, message, advice }))
}
