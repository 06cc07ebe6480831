// What package.json says. It lies two folders above, in the sources as in the package; so this file stays where it is.
import { readFileSync } from 'node:fs'

export interface OwnPackage {
  readonly version: string
  readonly engines: { readonly node: string }
  readonly peerDependencies: { readonly baileys: string }
}

export function ownPackage(): OwnPackage {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as OwnPackage
}
