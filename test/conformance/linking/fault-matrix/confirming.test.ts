import { checkSections } from './check.ts'

checkSections(['companion_finish', 'pair_success', 'pair_device_sign', 'login', 'prekey_upload'])
