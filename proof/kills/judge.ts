// What must hold after each kill, and when the program has come to rest.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SessionInfo, Store } from '../../src/store/index.ts'
import type { Child } from '../child.ts'
import { countUploads, faultsOf, preKeyTrail } from './pre-keys.ts'
import { type Contact, type Run, type Stage, until } from './stage.ts'

/** A promise of the package that was broken. */
export class Broken extends Error {}

export interface Afterwards {
  /** The phone shows the device. */
  readonly shown: boolean
  readonly stored: SessionInfo | undefined
}

/** The process is dead; nobody has started it again. */
export async function judgeAfterKill(stage: Stage, { whole = false } = {}): Promise<Afterwards> {
  const shown = stage.phone.linkedDevices().map(({ jid }) => jid)
  const stored = await readStore(stage, whole)
  if (shown.length > 1) throw new Broken(`the phone shows ${shown.length} devices`)
  if (shown[0] !== undefined && (stored?.jid !== shown[0] || stored.state === 'logged-out'))
    throw new Broken(`the phone shows a device that the store does not have (${stored?.state ?? 'nothing stored'})`)
  if (stored?.state === 'linked' && shown.length === 0) throw new Broken('the store says linked, the phone does not')
  return { shown: shown.length > 0, stored }
}

/** Opens what is stored: the credentials and every pre-key; with `whole` each value that there is (written as a folder). */
async function readStore({ place }: Stage, whole: boolean): Promise<SessionInfo | undefined> {
  const { store, close } = await place.look()
  try {
    const listed = await store.list()
    if (listed.length > 1) throw new Broken(`${listed.length} sessions are stored`)
    const [stored] = listed
    if (stored === undefined || stored.state === 'logged-out') return stored
    if (whole) await exported(store, stored.session)
    else await opened(store, stored.session)
    return stored
  } catch (cause) {
    throw cause instanceof Broken ? cause : new Broken('the store cannot be read', { cause })
  } finally {
    await close()
  }
}

async function opened(store: Store, session: string): Promise<void> {
  const { state } = await store.authState(session)
  const ids = Array.from({ length: state.creds.nextPreKeyId - 1 }, (_, index) => String(index + 1))
  const preKeys = Object.keys(await state.keys.get('pre-key', ids)).length
  // Some may be used up: a phone writes to a new device at once, and so may contacts.
  if (state.creds.account === undefined || preKeys < ids.length - 5)
    throw new Broken(`of ${ids.length} pre-keys ${preKeys} are stored`)
}

async function exported(store: Store, session: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'paircode-export-'))
  try {
    await store.exportFolder(session, join(folder, session))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * The program that was started last has to come online by itself: without a code when the phone shows its device, else by one
 * new code. Then it echoes, its keys run low and are filled up, and it echoes to somebody new.
 */
export async function judgeAtRest(stage: Stage, run: Run, before: Afterwards): Promise<void> {
  await online(run.child)
  if (run.codes() !== (before.shown ? 0 : 1))
    throw new Broken(
      `${run.codes()} codes were asked for; the phone ${before.shown ? 'showed the device' : 'showed none'}`,
    )
  const [first, second] = stage.contacts
  if (first === undefined || second === undefined) throw new Error('no contacts')
  await echo(first, 'hello')
  await runLow(stage, run.child)
  await echo(second, 'hello as well')
  const faults = faultsOf(preKeyTrail(stage.emulator.stanzas))
  if (faults.length > 0) throw new Broken(faults.join('; '))
  const devices = new Set(stage.emulator.logins.map(({ jid }) => jid))
  if (devices.size !== 1) throw new Broken(`${devices.size} devices logged in`)
}

export async function online(child: Child): Promise<void> {
  const end = await child.until(
    ({ type, name }) => type === 'ended' || (type === 'state' && name === 'online'),
    'the program to come online',
  )
  if (end?.type !== 'state') throw new Broken(`the program ended: ${JSON.stringify(end)} ${child.complaint()}`)
}

async function echo(contact: Contact, text: string): Promise<void> {
  await contact.send(text)
  await until(() => contact.heard.includes(text), `the echo of "${text}"`)
}

/** Twice: the first keys that are filled up may have been there before, the next ones are new. */
async function runLow({ emulator }: Stage, child: Child): Promise<void> {
  for (const time of [1, 2]) {
    const before = countUploads(emulator.stanzas)
    const spent = child.said.filter(({ type }) => type === 'spent').length
    child.tell('spend 4')
    await until(() => child.said.filter(({ type }) => type === 'spent').length > spent, `spending, time ${time}`)
    await until(() => countUploads(emulator.stanzas) > before, `new pre-keys, time ${time}`)
  }
}
