// The other side of the comparison of stores: Baileys' own useMultiFileAuthState, a file for each key. It never waits for
// the disk (no fsync), so a power cut takes back what it called stored; and it seals nothing.
// One fresh process, one piece of work. WORK, FOLDER. Prints one line of JSON: {"measured"}.
import { cp, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { useMultiFileAuthState } from 'baileys'
import { elapsed, signed, WORK } from '../store/work.mjs'

const { WORK: work, FOLDER: folder, SESSIONS: sessions } = process.env
const open = (session) => useMultiFileAuthState(join(folder, session))

/** There is no list of sessions: the folders are it. */
const OWN = {
  async prepare() {
    const { state, saveCreds } = await open('bot-0')
    signed(state.creds)
    await saveCreds()
    // The same credentials for all: to draw new ones takes 12 ms each.
    for (let bot = 1; bot < Number(sessions); bot++)
      await cp(join(folder, 'bot-0'), join(folder, `bot-${bot}`), { recursive: true })
  },
  load: () =>
    elapsed(async () => {
      const names = await readdir(folder)
      const bots = await Promise.all(names.map(open))
      if (bots.filter(({ state }) => state.creds.me !== undefined).length !== Number(sessions))
        throw new Error('not all')
    }),
}

console.log(JSON.stringify({ measured: await (OWN[work] ?? WORK[work])(open) }))
process.exit(0)
