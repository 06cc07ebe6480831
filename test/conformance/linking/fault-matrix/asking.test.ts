import { checkSections } from './check.ts'

checkSections(['handshake', 'pair_device', 'companion_hello', 'primary_hello', 'code on show'])
