import { describe } from 'vitest'
import { describeStore } from './describe-store.ts'
import { postgresPlace } from './place.ts'
import { noPostgres } from './postgres-server.ts'

describe.skipIf(noPostgres)('over a real server', () => describeStore('postgres', postgresPlace))
