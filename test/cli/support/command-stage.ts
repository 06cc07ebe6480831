// What a test of a command stands on: the command as it is shipped, a folder of its own for each test, and WhatsApp's side.
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { type Emulator, startEmulator } from '../../../src/emulator/index.ts'
import { type BuiltCli, buildCli } from './built-cli.ts'
import { createWorkplace, type RunningCli } from './running-cli.ts'

const BUILD_MS = 120_000

export interface Workplace {
  /** Of the test that runs. */
  readonly folder: string
  run(args: readonly string[], env?: Readonly<Record<string, string>>): RunningCli
}

export interface CommandStage extends Workplace {
  /** Of the test that runs. */
  readonly emulator: Emulator
  /** The command's folder, without the emulator. */
  readonly workplace: Workplace
}

/** At the top of a file. */
export function setWorkplace(): Workplace {
  let cli: BuiltCli
  let place: ReturnType<typeof createWorkplace>
  beforeAll(async () => {
    cli = await buildCli()
  }, BUILD_MS)
  afterAll(() => cli.remove())
  beforeEach(() => {
    place = createWorkplace(() => cli.main)
  })
  afterEach(() => place.close())
  return {
    get folder() {
      return place.folder
    },
    run: (args, env) => place.run(args, env),
  }
}

/** At the top of a file. Its hooks come before those of the file: phones can be added in them. */
export function setCommandStage(): CommandStage {
  let emulator: Emulator
  beforeEach(async () => {
    emulator = await startEmulator()
  })
  afterEach(() => emulator.stop())
  // Set later, it is cleared first: what still runs would see its server go.
  const workplace = setWorkplace()
  const endpoint = (): Record<string, string> => ({
    PAIRCODE_ENDPOINT: emulator.endpoint.url,
    PAIRCODE_ROOT_KEY: Buffer.from(emulator.endpoint.rootKey).toString('base64'),
  })
  return {
    workplace,
    get emulator() {
      return emulator
    },
    get folder() {
      return workplace.folder
    },
    run: (args, env = {}) => workplace.run(args, { ...endpoint(), ...env }),
  }
}
