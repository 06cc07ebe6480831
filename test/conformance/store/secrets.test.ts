// Nothing that tells who is linked, or lets anyone else be them, lies in the files or tables of a store.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { internalsOf } from '../../../src/store/internals.ts'
import { createLimiter } from '../../../src/store/limiter.ts'
import { openStore } from '../../../src/store/open.ts'
import { TABLES } from '../../../src/store/postgres/migrations.ts'
import { JID, LID, NUMBER, newlyLinked, preKeys, signedCredentials } from '../../store/samples.ts'
import { openShared } from './children/open-shared.ts'
import { temporaryFolder } from './place.ts'
import { noPostgres, sharedServer } from './postgres-server.ts'

const CONTACT = '12025550177'

/** Where to look for what a store keeps, besides the store itself. */
interface Exposed {
  readonly url: string
  contents(): Promise<readonly Contents[]>
}

const EXPOSED: readonly { readonly what: string; make(): Promise<Exposed> }[] = [
  {
    what: 'the files of a SQLite store',
    make: async () => {
      const folder = await temporaryFolder()
      return { url: `sqlite:${join(folder, 'sessions.db')}`, contents: () => contentsOf(folder) }
    },
  },
  ...(noPostgres ? [] : [{ what: 'the tables of a PostgreSQL store', make: exposedTables }]),
]

async function exposedTables(): Promise<Exposed> {
  const server = await sharedServer()
  return {
    url: server.url('exposed'),
    contents: () =>
      Promise.all(
        TABLES.map(async (name) => {
          const values = (await server.query(`SELECT * FROM exposed.${name}`)).flatMap(Object.values)
          const bytes = Buffer.concat(
            values.map((value) => (Buffer.isBuffer(value) ? value : Buffer.from(`${value} `))),
          )
          return { name, size: bytes.length, bytes }
        }),
      ),
  }
}

describe('what a store keeps', () => {
  it.each(EXPOSED)('in $what holds no key, number, jid, name or credential in any spelling', async ({ make }) => {
    const { url, contents } = await make()
    const store = await openShared(url)
    const inner = internalsOf(store)
    const credentials = await signedCredentials({ nextPreKeyId: 813, routingInfo: Buffer.from('routing information!') })
    const linked = await newlyLinked({ credentials, preKeys: preKeys(812) })
    await inner.saveLinked(linked)
    const { state, saveCreds } = await store.authState('sales')
    const session = Buffer.from('a ratchet with a contact')
    await state.keys.set({
      session: { [`${CONTACT}.0`]: session },
      'sender-key-memory': { 'group@g.us': { [`${CONTACT}@s.whatsapp.net`]: true } },
      'lid-mapping': { [CONTACT]: '555666777888999' },
      'pre-key': {
        900: { public: Buffer.alloc(32, 'public half'), private: Buffer.alloc(32, 'private half') },
        5: null,
      },
    })
    await saveCreds()
    await createLimiter({ store }).take(`+${NUMBER}`)
    await inner.limits.coolDown(`account ${NUMBER}`, Date.now())
    await inner.acquire({ kind: 'code', key: `account ${NUMBER}` })
    await inner.acquire({ kind: 'session', key: 'sales' })
    await inner.retire('sales', 'logged-out')

    const secrets: Record<string, string | Uint8Array> = {
      number: NUMBER,
      'number of a contact': CONTACT,
      jid: JID,
      lid: LID,
      'lid of a contact': '555666777888999',
      'device name': 'Acme Sales',
      platform: '"platform"',
      'adv secret': Buffer.from(credentials.advSecretKey, 'base64'),
      'noise key': credentials.noiseKey.private,
      'identity key': credentials.signedIdentityKey.private,
      'public identity key': credentials.signedIdentityKey.public,
      'signed pre-key': credentials.signedPreKey.keyPair.private,
      'account signature': credentials.account?.accountSignature ?? '',
      'routing info': credentials.routingInfo ?? '',
      session,
      'written pre-key': Buffer.alloc(32, 'private half'),
      ...Object.fromEntries(linked.preKeys.map(({ id, keyPair }) => [`pre-key ${id}`, keyPair.private])),
    }
    // While the store is open, and once more when its log went into the file.
    for (const moment of ['open', 'closed']) {
      const files = await contents()
      expect(files.map(({ size }) => size).reduce((sum, size) => sum + size)).toBeGreaterThan(50_000)
      for (const [what, secret] of Object.entries(secrets))
        for (const { name, bytes } of files)
          for (const [spelling, needle] of spellings(secret))
            if (bytes.includes(needle)) expect.fail(`${what} is in ${name} (${spelling}, ${moment})`)
      await store.close()
    }
  })

  it('is found to hold secrets by the same search when it does', async () => {
    const file = join(await temporaryFolder(), 'leak')
    const secret = Buffer.alloc(32, 'private half')
    const { writeFile } = await import('node:fs/promises')
    for (const [, needle] of spellings(secret)) {
      await writeFile(file, Buffer.concat([Buffer.alloc(9), needle, Buffer.alloc(9)]))
      const bytes = await readFile(file)
      expect(spellings(secret).some(([, candidate]) => bytes.includes(candidate))).toBe(true)
    }
  })

  it('does not tell that two sessions know the same contact', async () => {
    const folder = await temporaryFolder()
    const store = await openStore(`sqlite:${join(folder, 'sessions.db')}`)
    for (const session of ['a', 'b']) {
      await internalsOf(store).saveLinked(await newlyLinked({ session, preKeys: [] }))
      await (await store.authState(session)).state.keys.set({ session: { [`${CONTACT}.0`]: Buffer.from('x') } })
    }
    await store.close()
    const { default: Database } = await import('libsql')
    const database = new Database(join(folder, 'sessions.db'))
    const lookups = database.prepare('SELECT hex(lookup) AS lookup FROM link_values').all() as { lookup: string }[]
    database.close()
    expect(new Set(lookups.map(({ lookup }) => lookup)).size).toBe(lookups.length)
    expect(lookups).toHaveLength(4)
  })
})

interface Contents {
  readonly name: string
  readonly size: number
  readonly bytes: Buffer
}

/** All but the key itself, which is what the secrets are sealed with. */
async function contentsOf(folder: string): Promise<readonly Contents[]> {
  const names = (await readdir(folder, { recursive: true })).sort()
  const files: Contents[] = []
  for (const name of names) {
    const { size } = await stat(join(folder, name))
    if ((await stat(join(folder, name))).isFile())
      files.push({ name, size, bytes: Buffer.concat([await readFile(join(folder, name)), Buffer.from(name)]) })
  }
  return files
}

function spellings(secret: string | Uint8Array): readonly (readonly [string, Buffer])[] {
  const bytes = Buffer.from(secret)
  // In base64 the same bytes look different at each of three offsets; the ends are shared with what is around them.
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    return text.slice(offset === 0 ? 0 : 4, text.length - 4)
  })
  return [
    ['raw', bytes],
    ['hex', Buffer.from(bytes.toString('hex'))],
    ['HEX', Buffer.from(bytes.toString('hex').toUpperCase())],
    ...base64.map((text): readonly [string, Buffer] => ['base64', Buffer.from(text)]),
    ...base64.map((text): readonly [string, Buffer] => [
      'base64url',
      Buffer.from(text.replaceAll('+', '-').replaceAll('/', '_')),
    ]),
    ['UTF-16', Buffer.from(bytes.toString('latin1'), 'utf16le')],
    ['decimal', Buffer.from([...bytes].join(','))],
  ]
}
