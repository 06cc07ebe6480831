// import-store <store>: says which packages have to be loaded for it, by refusing them.
import { register } from 'node:module'
import { argument, tell } from './parent.ts'

const refusing = `export async function resolve(specifier, context, next) {
  if (/^(libsql|whatsapp-rust-bridge|baileys|libphonenumber-js)/.test(specifier)) throw new Error('loads ' + specifier)
  return next(specifier, context)
}`
register(`data:text/javascript,${encodeURIComponent(refusing)}`)

try {
  const { openStore } = await import('../../../../src/store/index.ts')
  tell('imported')
  await (await openStore(argument(0))).close()
  tell('opened')
} catch (thrown) {
  tell(String(thrown))
}
process.exit()
