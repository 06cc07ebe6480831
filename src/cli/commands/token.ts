// paircode token create | list | revoke
import { Command } from 'commander'
import { LinkError } from '../../errors.ts'
import { DEFAULT_SCOPES, isScope, SCOPES, type TokenScope } from '../../server/access/scopes.ts'
import type { TokenInfo, Tokens } from '../../server/access/tokens.ts'
import type { AuditAction } from '../../server/audit.ts'
import type { Store } from '../../store/contract.ts'
import type { Context } from '../context.ts'
import { readEnvironment } from '../environment.ts'
import { DONE } from '../exit-code.ts'
import { existingStore, openedStore } from '../opened-store.ts'
import { createLog } from '../printing/log.ts'
import { ago } from '../printing/words.ts'
import { serverSettings } from '../serve/settings.ts'
import { STORE_OPTION, type StoreFlag } from '../store-option.ts'

interface CreateFlags extends StoreFlag {
  readonly scope?: readonly string[]
  readonly name?: string
  readonly days?: string
}

export function tokenCommand(context: Context): Command {
  const command = new Command('token')
    .summary('tokens for the HTTP API: create, list, revoke')
    .description('Makes, lists and revokes the tokens of a store. A server that runs on the store knows of it at once.')
    .option('--json', 'one JSON object a line')
  const add = (sub: Command): Command => {
    command.addCommand(sub)
    return sub.option(...STORE_OPTION).option('--json', 'one JSON object a line')
  }
  add(new Command('create'))
    .summary('make a token; it is shown once')
    .option('--scope <scopes...>', `of ${SCOPES.join(' ')} (default: ${DEFAULT_SCOPES.join(' ')})`)
    .option('--name <name>', 'what it is for, as the list shows it', 'command line')
    .option('--days <days>', 'how long it is valid (default: until it is revoked)')
    .action(async (flags: CreateFlags) => {
      await createToken(flags, context)
      context.finish(DONE)
    })
  add(new Command('list'))
    .summary('all tokens, without their secrets')
    .action(async (flags: StoreFlag) => {
      await listTokens(flags, context)
      context.finish(DONE)
    })
  add(new Command('revoke'))
    .summary('a token that is to work no more')
    .argument('<id>', 'as the list shows it')
    .action(async (id: string, flags: StoreFlag) => {
      await revokeToken(id, flags, context)
      context.finish(DONE)
    })
  return command
}

async function createToken({ scope, name = '', days, store: address }: CreateFlags, context: Context): Promise<void> {
  const scopes = scope === undefined ? DEFAULT_SCOPES : scopesOf(scope)
  if (name.trim() === '' || name.length > 100)
    throw new LinkError('invalid-options', '--name must be a text of 1 to 100 characters')
  const expires = days === undefined ? {} : { expiresAt: expiryOf(days, context.clock.now()) }
  const { store, tellOfNewKey } = await openedStore(readEnvironment(context.variables), context, address)
  try {
    const { tokens, note } = await tokensOf(store, context)
    const { info, token } = await tokens.create({ name: name.trim(), scopes, ...expires })
    await note('token.create', info.id)
    const { printer, program } = context
    printer.print({ ...messageOf(info), token }, `Made token ${info.id}: ${info.scopes.join(' ')}.`, 'done')
    if (printer.kind === 'terminal') {
      printer.say('It is shown this once; keep it as a password:\n')
      // Not wrapped: it is to be copied.
      printer.screen.write(`  ${token}\n`)
      printer.say(`\n  To end it:  ${program} token revoke ${info.id}`)
    }
    tellOfNewKey()
  } finally {
    await store.close()
  }
}

async function listTokens(flags: StoreFlag, context: Context): Promise<void> {
  const { printer, program, clock } = context
  const store = await existingStore(readEnvironment(context.variables), context, flags.store)
  try {
    const found = store === undefined ? [] : await (await tokensOf(store, context)).tokens.list()
    for (const info of found)
      printer.print(
        messageOf(info),
        `${info.id}  ${info.scopes.join(' ')}\n  ${info.name}, made ${ago(info.createdAt, clock.now())}${untilOf(info)}`,
      )
    if (found.length === 0) printer.say(`There are no tokens yet. Make one:  ${program} token create`)
    else printer.say(`\n  To end one:  ${program} token revoke <id>`)
  } finally {
    await store?.close()
  }
}

async function revokeToken(id: string, flags: StoreFlag, context: Context): Promise<void> {
  const store = await existingStore(readEnvironment(context.variables), context, flags.store)
  try {
    const found = store === undefined ? undefined : await tokensOf(store, context)
    if (found === undefined || !(await found.tokens.revoke(id)))
      throw new LinkError('invalid-options', 'there is no token of this id in the store', {
        advice: `“${context.program} token list” shows the ids.`,
      })
    await found.note('token.revoke', id)
    context.printer.print({ type: 'revoked', id }, `Revoked token ${id}. It works no more.`, 'done')
  } finally {
    await store?.close()
  }
}

interface StoreTokens {
  readonly tokens: Tokens
  readonly note: (action: AuditAction, subject: string) => Promise<void>
}

async function tokensOf(store: Store, context: Context): Promise<StoreTokens> {
  const { createTokens } = await import('../../server/access/tokens.ts')
  const { createAudit } = await import('../../server/audit.ts')
  const { internalsOf } = await import('../../store/internals.ts')
  const { collections } = internalsOf(store)
  const logger = await createLog(readEnvironment(context.variables).log, context.stderr)
  const { retentionDays = 30 } = serverSettings(context.variables, {})
  const audit = createAudit(collections, context.clock, retentionDays, logger)
  return {
    tokens: createTokens(collections, context.clock),
    note: (action, subject) => audit.note({ who: 'command-line', action, subject }),
  }
}

/** `--scope links codes`, `--scope links,codes`, `--scope links --scope codes`. */
function scopesOf(given: readonly string[]): readonly TokenScope[] {
  const names = given.flatMap((text) => text.split(/[\s,]+/)).filter((name) => name !== '')
  const scopes = names.filter(isScope)
  if (names.length > 0 && scopes.length === names.length) return [...new Set(scopes)]
  throw new LinkError('invalid-options', `--scope takes scopes of: ${SCOPES.join(' ')}`)
}

const DAY_MS = 86_400_000

function expiryOf(days: string, now: number): Date {
  if (/^\d{1,4}$/.test(days) && Number(days) > 0) return new Date(now + Number(days) * DAY_MS)
  throw new LinkError('invalid-options', '--days must be a number from 1 to 9999')
}

function messageOf({ id, name, scopes, createdAt, expiresAt }: TokenInfo) {
  return { type: 'token', id, name, scopes, createdAt, expiresAt: expiresAt ?? null }
}

function untilOf({ expiresAt }: TokenInfo): string {
  return expiresAt === undefined ? '' : `, valid until ${expiresAt.toISOString().slice(0, 10)}`
}
