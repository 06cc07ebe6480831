// open-as-nobody <store>: opens a store as a user who owns nothing, and says what came of it.
import { openStore } from '../../../../src/store/open.ts'
import { argument, tell } from './parent.ts'

await import('libsql')
if (process.getuid?.() === 0) {
  process.setgid?.(65534)
  process.setuid?.(65534)
}
try {
  const store = await openStore(argument(0), { key: Buffer.alloc(32, 1) })
  await store.close()
  tell(JSON.stringify({ opened: true }))
} catch (thrown) {
  const { name, code, message, advice } = thrown as Error & { code?: string; advice?: string }
  tell(JSON.stringify({ name, code, message, advice }))
}
process.exit()
