// end-write-ahead-log <file>: tries to leave WAL mode, which SQLite allows only to the last one who has the file open.
import Database from 'libsql'
import { argument, tell } from './parent.ts'

const database = new Database(argument(0), { timeout: 5 })
try {
  const mode = database.prepare('PRAGMA journal_mode = DELETE').all() as { journal_mode: string }[]
  tell(`now ${mode[0]?.journal_mode}`)
} catch (thrown) {
  tell(String((thrown as { code?: string }).code))
}
process.exit()
