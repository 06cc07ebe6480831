// The public face of paircode/baileys, for bots that keep their own Baileys socket. Loads no Baileys: the socket comes from
// the caller.
export { type CodeRequestOptions, type RequestedCode, requestCode } from './request-code.ts'
