// What scripts/record-handshakes.mjs runs.
import { HANDSHAKES } from './handshakes.ts'
import { record } from './record.ts'
import { recordBaileys } from './record-baileys.ts'

export const recorder = { handshakes: HANDSHAKES, record, recordBaileys }
