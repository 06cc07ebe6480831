// paircode doctor
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { Command } from 'commander'
import { LinkError } from '../../errors.ts'
import { maskNumbers } from '../../session/log-masking.ts'
import { CREDENTIALS_FILE } from '../../store/folder/file-names.ts'
import type { Context } from '../context.ts'
import { byGravity, error, type Finding, isWrong } from '../doctor/finding.ts'
import { findingLines } from '../doctor/report.ts'
import { type Environment, readEnvironment } from '../environment.ts'
import { DONE, type ExitCode } from '../exit-code.ts'
import { readableColumns } from '../terminal/screen.ts'

/** What was found wrong is no error of this program, and has no code of its own. */
const SOMETHING_WRONG: ExitCode = 1

export function doctorCommand(context: Context): Command {
  return new Command('doctor')
    .summary('look for what is wrong')
    .description(
      'Examines a folder that Baileys’ useMultiFileAuthState made, or a store; without either, the store of PAIRCODE_STORE and ' +
        'this machine: versions, clock, the way to WhatsApp. Says what it found, the gravest first, and what to type next. ' +
        'Only reads: nothing is changed, mended or made.',
    )
    .argument('[folder or store]', './auth_info_baileys, sqlite:./sessions.db, a database file, or postgres://…')
    .option('--json', 'one JSON object for each finding: severity, code, sentence, next')
    .addHelpText('after', '\nExit codes: 0 nothing is wrong, 1 something is (error or warning), 2 wrong usage.')
    .action(async (place: string | undefined) => {
      const findings = byGravity(await examine(place, context))
      report(findings, context)
      context.finish(findings.some(isWrong) ? SOMETHING_WRONG : DONE)
    })
}

async function examine(place: string | undefined, context: Context): Promise<readonly Finding[]> {
  const environment = environmentOf(context)
  if (place === undefined) {
    const settled =
      'settings' in environment
        ? await Promise.all([
            store(environment.settings.store, environment.settings, context),
            machine(environment.settings, context),
          ])
        : [environment.findings]
    return settled.flat()
  }
  const kind = await kindOf(place)
  if (kind === 'nothing') return [error('not-found', `There is nothing at ${maskNumbers(place)}.`, WHAT_TO_GIVE)]
  if (kind === 'folder') return folder(place, context)
  // The file that people know of is given in place of its folder.
  if (kind === 'file' && basename(place) === CREDENTIALS_FILE) return folder(dirname(place), context)
  if (!('settings' in environment)) return environment.findings
  return store(kind === 'address' ? place : `sqlite:${place}`, environment.settings, context)
}

const WHAT_TO_GIVE =
  'Give the folder that useMultiFileAuthState made, the file of a store, or an address such as sqlite:./sessions.db.'

/** Settings that make no sense are a finding like any other. */
function environmentOf({
  variables,
}: Context): { readonly settings: Environment } | { readonly findings: readonly Finding[] } {
  try {
    return { settings: readEnvironment(variables) }
  } catch (thrown) {
    if (!(thrown instanceof LinkError)) throw thrown
    return { findings: [error('environment', `${thrown.message}.`, thrown.advice)] }
  }
}

async function kindOf(place: string): Promise<'folder' | 'file' | 'address' | 'nothing'> {
  if (/^(sqlite|memory|postgres|postgresql):/i.test(place)) return 'address'
  try {
    return (await stat(place)).isFile() ? 'file' : 'folder'
  } catch (thrown) {
    // What is there and cannot be looked at is the folder's to tell.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT' ? 'nothing' : 'folder'
  }
}

async function folder(path: string, { clock, program }: Context): Promise<readonly Finding[]> {
  const [{ folderFacts }, { folderFindings }] = await Promise.all([
    import('../doctor/folder/facts.ts'),
    import('../doctor/folder/findings.ts'),
  ])
  return folderFindings(await folderFacts(path), program, clock.now())
}

async function store(
  address: string,
  { key, previousKeys }: Environment,
  { clock, program }: Context,
): Promise<readonly Finding[]> {
  const [{ storeFacts }, { storeFindings }] = await Promise.all([
    import('../doctor/store/facts.ts'),
    import('../doctor/store/findings.ts'),
  ])
  return storeFindings(await storeFacts({ address, key, previousKeys, clock }), program, clock.now())
}

async function machine({ endpoint }: Environment, { variables, clock, printer }: Context): Promise<readonly Finding[]> {
  printer.say('Looking at the store, at this machine and at its way to WhatsApp …\n')
  const [{ machineFacts }, { machineFindings }] = await Promise.all([
    import('../doctor/machine/facts.ts'),
    import('../doctor/machine/findings.ts'),
  ])
  try {
    return machineFindings(await machineFacts({ variables, endpoint, clock }))
  } catch (thrown) {
    if (!(thrown instanceof LinkError)) throw thrown
    return [error('environment', `${thrown.message}.`, thrown.advice)]
  }
}

function report(findings: readonly Finding[], { printer }: Context): void {
  if (printer.kind === 'pipe') {
    for (const finding of findings) printer.print({ type: 'finding', ...finding }, '')
    return
  }
  const { screen } = printer
  screen.write(`${findingLines(findings, readableColumns(screen), screen.paint).join('\n')}\n`)
}
