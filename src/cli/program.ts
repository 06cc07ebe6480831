// The commands put together, and what becomes of their errors.
import { Command, CommanderError } from 'commander'
import { LinkError } from '../errors.ts'
import { systemClock } from '../lib/clock.ts'
import { maskNumbers } from '../session/log-masking.ts'
import { connectCommand } from './commands/connect.ts'
import { demoCommand } from './commands/demo.ts'
import { doctorCommand } from './commands/doctor.ts'
import { emulatorCommand } from './commands/emulator.ts'
import { explainCommand } from './commands/explain.ts'
import { exportCommand } from './commands/export.ts'
import { importCommand } from './commands/import.ts'
import { linkCommand } from './commands/link.ts'
import { logoutCommand } from './commands/logout.ts'
import { removeCommand } from './commands/remove.ts'
import { restoreCommand } from './commands/restore.ts'
import { serveCommand } from './commands/serve.ts'
import { sessionsCommand } from './commands/sessions.ts'
import { statusCommand } from './commands/status.ts'
import { tokenCommand } from './commands/token.ts'
import { workerCommand } from './commands/worker.ts'
import type { Context } from './context.ts'
import { DONE, type ExitCode, exitCodeOf, WRONG_USAGE } from './exit-code.ts'
import { ownPackage } from './own-package.ts'
import { createLog, LOG_LEVELS } from './printing/log.ts'
import { createPipePrinter } from './printing/pipe-printer.ts'
import type { Printer } from './printing/printer.ts'
import { createTerminalPrinter } from './printing/terminal-printer.ts'
import { programName } from './printing/words.ts'
import type { Interrupts } from './terminal/interrupts.ts'

/** The part of `process` that the program needs. */
export type Host = Pick<NodeJS.Process, 'argv' | 'env' | 'stdin' | 'stdout' | 'stderr'>

/** Runs one command. Never rejects: what was thrown has been told, and is in the exit code. */
export async function runProgram(host: Host, interrupts: Interrupts): Promise<ExitCode> {
  const context = createContext(host, interrupts)
  let code: ExitCode = DONE
  try {
    const finish = (finished: ExitCode): void => {
      code = finished
    }
    await createProgram({ ...context, finish }, host).parseAsync(host.argv)
    return code
  } catch (thrown) {
    if (thrown instanceof CommanderError) return endOfParsing(thrown, context)
    context.printer.fail(thrown)
    await logFailure(thrown, context)
    return exitCodeOf(thrown)
  }
}

/** With its stack and its causes, which people are not told: for reports of faults. */
async function logFailure(err: unknown, { variables, stderr }: Pick<Context, 'variables' | 'stderr'>): Promise<void> {
  const level = LOG_LEVELS.find((known) => known === variables.PAIRCODE_LOG?.trim().toLowerCase())
  if (level === undefined) return
  const log = await createLog(level, stderr)
  log.debug({ err }, 'the command failed')
}

function createContext({ argv, env, stdin, stdout, stderr }: Host, interrupts: Interrupts): Omit<Context, 'finish'> {
  const program = programName(env)
  // Before anything is parsed: wrong usage is told to programs in JSON as well.
  const json = argv.includes('--json') || stdout.isTTY !== true
  const printer: Printer = json
    ? createPipePrinter(stdout, stderr, program)
    : createTerminalPrinter(stdout, stderr, { variables: env, program })
  const interactive = !json && stdin.isTTY === true
  return { variables: env, printer, interrupts, stdin, stdout, stderr, clock: systemClock, interactive, program }
}

/** In the order in which the help lists them. */
const COMMANDS = [
  linkCommand,
  connectCommand,
  sessionsCommand,
  statusCommand,
  logoutCommand,
  removeCommand,
  restoreCommand,
  importCommand,
  exportCommand,
  workerCommand,
  serveCommand,
  tokenCommand,
  doctorCommand,
  demoCommand,
  emulatorCommand,
  explainCommand,
]

export function createProgram(context: Context, { stdout, stderr }: Pick<Host, 'stdout' | 'stderr'>): Command {
  const root = new Command('paircode')
    .description(
      'Links WhatsApp accounts to bots by pairing code, and keeps their sessions safe and online.\n' +
        'Unofficial: not affiliated with WhatsApp or Meta; an account can be limited or banned. Use a number you can lose.',
    )
    .version(ownPackage().version, '--version', 'print the version')
    .helpOption('--help', 'say what a command takes')
    .helpCommand('help [command]', 'the same')
    .addHelpText('after', help(context.program))
    .configureHelp({ subcommandTerm: termOf })
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      // Wrong usage is told by the printer, help that nobody asked for on stderr.
      writeErr: (text) => void (text.startsWith('error:') || stderr.write(text)),
    })
    .exitOverride()
  for (const create of COMMANDS) {
    const command = create(context).copyInheritedSettings(root)
    for (const own of command.commands) own.copyInheritedSettings(command)
    root.addCommand(command)
  }
  return root
}

/** Every command has options: that need not be said in the list. */
function termOf(command: Command): string {
  const { registeredArguments } = command
  const names = registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`))
  return [command.name(), ...names].join(' ')
}

function help(program: string): string {
  return `
First steps:
  ${program} demo                     see it work, without a phone
  ${program} link "+1 202 555 0123"   link your number
  ${program} connect main             keep it online

Environment:
  PAIRCODE_STORE     where sessions are kept (sqlite:./.paircode/sessions.db)
  PAIRCODE_KEY       what seals them, 32 bytes in base64, or PAIRCODE_KEY_FILE;
                     earlier keys, comma-separated, in PAIRCODE_KEY_OLD
  PAIRCODE_ENDPOINT  with PAIRCODE_ROOT_KEY: an emulator in WhatsApp’s place
  PAIRCODE_LOG       debug, info, warn or error: a masked log on stderr
  PAIRCODE_HOST and others of the server: “${program} serve --help”
  NO_COLOR           no colours

In a pipe, and with --json, every command prints one JSON event a line.`
}

function endOfParsing(thrown: CommanderError, { printer, program }: Pick<Context, 'printer' | 'program'>): ExitCode {
  if (thrown.exitCode === 0) return DONE
  // `paircode` alone: the help was printed.
  if (thrown.code !== 'commander.help') printer.fail(wrongUsage(thrown, program))
  return WRONG_USAGE
}

function wrongUsage({ message }: CommanderError, program: string): LinkError {
  const [first = '', suggestion] = message.replace(/^error: /, '').split('\n')
  const meant = suggestion === undefined ? '' : `${suggestion.replace(/^\(|\)$/g, '')} `
  return new LinkError('invalid-options', maskNumbers(first), {
    advice: `${meant}“${program} --help” says what there is.`,
  })
}
