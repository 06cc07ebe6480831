// The module that `paircode worker` runs: somebody else's code, so whatever is wrong with it is said by name.
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { WASocket } from 'baileys'
import { LinkError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'

/** Called with each fresh socket of each session, before the socket's first event. */
export type Bot = (socket: WASocket, session: string) => unknown

/** A bot may connect to its database first. */
const LOADING_MS = 30_000

/**
 * @param given a file, from the folder where the command was typed
 * @throws LinkError `invalid-options`, with what the module itself threw as its cause
 */
export async function botOf(given: string, clock: Clock): Promise<Bot> {
  const file = resolve(given)
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new LinkError('invalid-options', `there is no file ${given}`, {
      advice: 'Name a JavaScript file whose default export is the bot: export default (socket, session) => { … }',
    })
  const loaded = await limited(imported(file, given), given, clock)
  // A CommonJS module that was compiled from an ES module has its default one level deeper.
  const bot =
    typeof loaded.default === 'object' ? (loaded.default as { default?: unknown } | null)?.default : loaded.default
  if (typeof bot === 'function') return bot as Bot
  throw new LinkError('invalid-options', `${given} has no function as its default export`, {
    advice: 'It needs one: export default (socket, session) => { … }. It is called with each fresh Baileys socket.',
  })
}

/** A top-level await that is never done would end the program without a word: nothing keeps Node. */
async function limited<Loaded>(loading: Promise<Loaded>, given: string, clock: Clock): Promise<Loaded> {
  let timer: unknown
  const late = new Promise<never>((_resolve, reject) => {
    timer = clock.setTimeout(() => {
      const message = `${given} was not loaded within ${LOADING_MS / 1_000} s`
      reject(new LinkError('invalid-options', message, { advice: 'Look for an `await` at its top level that waits.' }))
    }, LOADING_MS)
  })
  try {
    return await Promise.race([loading, late])
  } finally {
    clock.clearTimeout(timer)
  }
}

async function imported(file: string, given: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (cause) {
    const isTypeScript = (cause as { code?: unknown } | null)?.code === 'ERR_UNKNOWN_FILE_EXTENSION'
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new LinkError('invalid-options', `${given} could not be loaded: ${said}`, {
      cause,
      advice: isTypeScript
        ? 'This Node does not run it as it is: compile it to JavaScript first.'
        : 'Mend the module. With PAIRCODE_LOG=debug the whole error is in the log.',
    })
  }
}
