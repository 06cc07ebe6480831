// Pure. What the server is told by the environment (contract, "Environment") and by flags, which win.
import { LinkError } from '../../errors.ts'
import type { ServerOptions } from '../../server/options.ts'
import type { Variables } from '../environment.ts'

export interface ServeFlags {
  readonly host?: string
  readonly port?: string
  readonly publicUrl?: string
  readonly operator?: string
  readonly contact?: string
  readonly returnOrigin?: readonly string[]
  readonly trustProxy?: string
  readonly retentionDays?: string
  readonly grace?: string
  readonly webhooksToLoopback?: boolean
}

export type ServerSettings = Pick<
  ServerOptions,
  | 'host'
  | 'port'
  | 'publicUrl'
  | 'operator'
  | 'token'
  | 'returnOrigins'
  | 'trustProxy'
  | 'retentionDays'
  | 'graceMs'
  | 'webhooksToLoopback'
>

/** @throws LinkError `invalid-options` for what is no number; the server checks the rest */
export function serverSettings(variables: Variables, flags: ServeFlags): ServerSettings {
  const told = (flag: string | undefined, name: string): string | undefined =>
    nonEmpty(flag) ?? nonEmpty(variables[name])
  const number = (flag: string | undefined, option: string, name: string): number | undefined =>
    wholeNumber(told(flag, name), nonEmpty(flag) === undefined ? name : option)

  const operator = told(flags.operator, 'PAIRCODE_OPERATOR')
  const contact = told(flags.contact, 'PAIRCODE_CONTACT')
  const origins = flags.returnOrigin ?? nonEmpty(variables.PAIRCODE_RETURN_ORIGINS)?.split(/[\s,]+/)
  const grace = wholeNumber(nonEmpty(flags.grace), '--grace')
  return defined({
    host: told(flags.host, 'PAIRCODE_HOST'),
    port: number(flags.port, '--port', 'PAIRCODE_PORT'),
    publicUrl: told(flags.publicUrl, 'PAIRCODE_PUBLIC_URL'),
    operator:
      operator === undefined && contact === undefined ? undefined : { name: operator ?? '', contact: contact ?? '' },
    token: nonEmpty(variables.PAIRCODE_TOKEN),
    returnOrigins: origins?.filter((origin) => origin !== ''),
    trustProxy: number(flags.trustProxy, '--trust-proxy', 'PAIRCODE_TRUST_PROXY'),
    retentionDays: number(flags.retentionDays, '--retention-days', 'PAIRCODE_RETENTION_DAYS'),
    graceMs: grace === undefined ? undefined : grace * 1_000,
    webhooksToLoopback: flags.webhooksToLoopback,
  })
}

/** The address of a store without the password in it. */
export function shownStore(address: string): string {
  if (!/^postgres(?:ql)?:/i.test(address) || !URL.canParse(address)) return address
  const { username, host, pathname } = new URL(address)
  return `postgres://${username === '' ? '' : `${username}@`}${host}${pathname}`
}

function nonEmpty(text: string | undefined): string | undefined {
  const trimmed = text?.trim()
  return trimmed === '' ? undefined : trimmed
}

function wholeNumber(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,7}$/.test(text)) return Number(text)
  throw new LinkError('invalid-options', `${name} must be a whole number`)
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

/** Without the members that nobody set. */
function defined<T extends object>(given: T): Defined<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Defined<T>
}
