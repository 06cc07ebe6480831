import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EXPLAINED } from '../../../src/cli/printing/explanations.ts'
import { setWorkplace } from '../support/command-stage.ts'

const workplace = setWorkplace()

const COMMANDS = [
  'link',
  'connect',
  'sessions',
  'status',
  'logout',
  'remove',
  'restore',
  'import',
  'export',
  'worker',
  'serve',
  'token',
  'doctor',
  'demo',
  'emulator',
  'explain',
]

describe('help', () => {
  it('names the commands, the first steps, the environment, and that it is unofficial', async () => {
    const ended = await workplace.run(['--help']).ended
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    for (const word of [...COMMANDS, 'Unofficial', 'paircode demo', 'PAIRCODE_STORE', 'PAIRCODE_KEY', 'NO_COLOR'])
      expect(ended.stdout).toContain(word)
    for (const line of ended.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  it.each(COMMANDS)('%s --help says what it takes', async (command) => {
    const ended = await workplace.run([command, '--help']).ended
    expect(ended).toMatchObject({ code: 0 })
    expect(ended.stdout).toContain(`Usage: paircode ${command}`)
    expect(ended.stdout).toContain('--json')
  })

  it('the version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
    expect(await workplace.run(['--version']).ended).toMatchObject({ code: 0, stdout: `${version}\n` })
  })

  it('a program started by npm names itself so that it can be called', async () => {
    const ended = await workplace.run(['explain', 'nonsense'], { npm_command: 'exec' }).ended
    expect(ended.stderr).toContain('npx paircode explain invalid-options')
  })
})

describe('wrong usage exits 2 and says what was meant', () => {
  it('no command at all prints the help on stderr', async () => {
    const ended = await workplace.run([]).ended
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain('Usage: paircode')
  })

  it.each([
    [['lnik'], 'link'],
    [['link', '--jason'], '--json'],
    [['sessions', '--archive'], '--archived'],
  ])('%j: %s', async (args, meant) => {
    const ended = await workplace.run(args).ended
    expect(ended).toMatchObject({ code: 2 })
    expect(ended.events).toMatchObject([{ type: 'failed', error: { code: 'invalid-options' } }])
    expect(ended.stderr).toContain(meant)
    expect(ended.stderr).toContain('paircode explain invalid-options')
  })

  it('a number among wrong words is not repeated', async () => {
    const ended = await workplace.run(['connect', 'main', '+12025550123']).ended
    expect(ended).toMatchObject({ code: 2 })
    expect(ended.stdout + ended.stderr).not.toContain('2025550123')
  })
})

describe('paircode explain', () => {
  it('says what happened, why, and what to do', async () => {
    const ended = await workplace.run(['explain', 'code-outstanding']).ended
    expect(ended).toMatchObject({ code: 0 })
    expect(ended.events).toMatchObject([
      { type: 'explanation', code: 'code-outstanding', happened: expect.any(String), todo: expect.any(Array) },
    ])
  })

  it('takes a code in capitals', async () => {
    expect(await workplace.run(['explain', 'EXPIRED']).ended).toMatchObject({ code: 0 })
  })

  it('lists the codes when it does not know one, and exits 2', async () => {
    const ended = await workplace.run(['explain', 'nonsense']).ended
    expect(ended).toMatchObject({ code: 2 })
    for (const code of EXPLAINED) expect(ended.stdout).toContain(code)
  })
})
