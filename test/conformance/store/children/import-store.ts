// import-store <store>: says which packages have to be loaded for it, by refusing them.
import Module, { register } from 'node:module'
import { argument, tell } from './parent.ts'

const refusing = `export async function resolve(specifier, context, next) {
  if (/^(pg$|libsql|whatsapp-rust-bridge|baileys|libphonenumber-js)/.test(specifier)) throw new Error('loads ' + specifier)
  return next(specifier, context)
}`
// What is required goes another way than what is imported.
const loader = Module as unknown as { _load: (specifier: string, ...rest: unknown[]) => unknown }
const load = loader._load
loader._load = (specifier, ...rest) => {
  if (/^(pg$|libsql|whatsapp-rust-bridge|baileys|libphonenumber-js)/.test(specifier))
    throw new Error(`loads ${specifier}`)
  return load(specifier, ...rest)
}

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
