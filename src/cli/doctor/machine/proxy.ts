// Pure. What the environment says about proxies, as curl and most programs read it.
import type { Variables } from '../../environment.ts'

/** `url` undefined: what stands there is no address. `shown`: without user and password. */
export type ProxySetting =
  | { readonly variable: string; readonly url: URL; readonly shown: string }
  | { readonly variable: string; readonly url?: undefined }

/** In the order in which they count. */
const VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'] as const

/** The proxy that is meant for an https address; undefined: none. */
export function proxyFor(host: string, variables: Variables): ProxySetting | undefined {
  if (isExempt(host, variables['no_proxy'] ?? variables['NO_PROXY'] ?? '')) return undefined
  const variable = VARIABLES.find((name) => (variables[name] ?? '').trim() !== '')
  if (variable === undefined) return undefined
  const given = variables[variable]?.trim() ?? ''
  const text = given.includes('://') ? given : `http://${given}`
  if (!URL.canParse(text)) return { variable }
  const url = new URL(text)
  return { variable, url, shown: `${url.protocol}//${url.host}` }
}

function isExempt(host: string, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .map((name) => name.toLowerCase().replace(/^\*?\./, ''))
    .some((name) => name === '*' || (name !== '' && (host === name || host.endsWith(`.${name}`))))
}
