// The subpath `paircode/emulator`.
export type { PasskeyAssertion } from './authenticator.ts'
export { type Emulator, type EmulatorOptions, type PhoneOptions, startEmulator } from './emulator.ts'
export type { Stage, Tampering } from './faults.ts'
export type { Phone } from './phone.ts'
export { PhoneError, type PhoneErrorCode } from './phone-error.ts'
export type { ChatText } from './phone-memory.ts'
export type { PhonePage } from './phone-page/server.ts'
export type { ThrottleOptions } from './throttle.ts'
