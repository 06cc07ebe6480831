export type { TokenScope } from './access/scopes.ts'
export type { ServerOptions } from './options.ts'
export { createServer, type PaircodeServer } from './server.ts'
