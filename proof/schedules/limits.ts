// 50 links for one account at once, each tried again when the code that stood in its way was given up: three get a code,
// whatever the store.
import { startEmulator } from '../../src/emulator/index.ts'
import { LinkError } from '../../src/errors.ts'
import { createLimiter, link } from '../../src/index.ts'
import { deferred } from '../../src/lib/deferred.ts'
import type { Store } from '../../src/store/index.ts'
import { watchRecord } from './witness.ts'

const REQUESTS = 50
const NUMBER = '+12025550123'
/** One account, as people spell it. */
const SPELLINGS = [NUMBER, '+1 202 555 0123', '001 (202) 555-0123', '+1-202-555-0123']

export interface Limited {
  /** Of 50 that ask the limiter at once. */
  readonly slots: number
  /** Of 50 links: shown to a person, and accepted by WhatsApp. */
  readonly codes: number
  readonly accepted: number
  /** How the others ended, by code. */
  readonly refused: ReadonlyMap<string, number>
}

/** `store`: empty, and its own for each of the two questions. */
export async function askAtOnce(openStore: () => Promise<Store>): Promise<Limited> {
  const limiterStore = await openStore()
  const { take } = createLimiter({ store: limiterStore })
  const taken = await Promise.all(Array.from({ length: REQUESTS }, (_, index) => take(SPELLINGS[index % 2] ?? NUMBER)))
  await limiterStore.close()

  const store = await openStore()
  const emulator = await startEmulator({ throttle: { hellos: 1_000 } })
  const witness = watchRecord(emulator)
  emulator.addPhone(NUMBER)
  let givenUp = deferred<void>()
  const ask = async (index: number): Promise<string> => {
    for (;;) {
      const next = givenUp.promise
      const linking = link({
        session: `session-${index}`,
        phone: SPELLINGS[index % SPELLINGS.length] ?? NUMBER,
        defaultCountry: 'DE',
        store,
        endpoint: emulator.endpoint,
        firstLogin: false,
      })
      const end = await linking.code().then(
        () => 'code',
        (error: unknown) => (error instanceof LinkError ? error.code : String(error)),
      )
      await linking.cancel()
      if (end !== 'code-outstanding') {
        givenUp.resolve()
        givenUp = deferred<void>()
        return end
      }
      await next
    }
  }
  const ends = await Promise.all(Array.from({ length: REQUESTS }, (_, index) => ask(index)))
  witness.look(Date.now())
  await store.close()
  await emulator.stop()
  const refused = new Map<string, number>()
  for (const end of ends.filter((one) => one !== 'code')) refused.set(end, (refused.get(end) ?? 0) + 1)
  return {
    slots: taken.filter(({ allowed }) => allowed).length,
    codes: ends.filter((end) => end === 'code').length,
    accepted: witness.accepted(NUMBER.slice(1)),
    refused,
  }
}

/** What is wrong with it, in words; undefined when exactly three passed each time. */
export function faultOf(limited: Limited): string | undefined {
  const { slots, codes, accepted, refused } = limited
  const isRight = slots === 3 && codes === 3 && accepted === 3 && refused.get('rate-limited') === REQUESTS - 3
  return isRight ? undefined : `of 50 at once: ${slots} slots, ${codes} codes, ${accepted} accepted`
}
