// A store, an emulator and a clock for one test, and the ways to watch a link on it.
import { onTestFinished } from 'vitest'
import { type Emulator, type Phone, startEmulator } from '../../../src/emulator/index.ts'
import { createVirtualClock, type VirtualClock } from '../../../src/emulator/virtual-clock.ts'
import { type LinkEvent, type Linking, type LinkOptions, link } from '../../../src/index.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { openStore, type Store } from '../../../src/store/index.ts'
import type { Node } from '../../../src/wire/nodes.ts'

export const NUMBER = '+12025550123'
export const CONTACT = '+12025550188'

export interface Stage {
  readonly emulator: Emulator
  readonly store: Store
  /** The link's own time; the emulator has its own. */
  readonly clock: VirtualClock
  readonly phone: Phone
  readonly contact: Phone
  link(options?: Partial<LinkOptions>): Watched
}

export async function setStage(options: { emulator?: Emulator; storeUrl?: string } = {}): Promise<Stage> {
  const emulator = options.emulator ?? (await startEmulator())
  const clock = createVirtualClock(systemClock)
  const store = await openStore(options.storeUrl ?? 'memory:', { clock })
  const phone = emulator.addPhone(NUMBER)
  const contact = emulator.addPhone(CONTACT)
  const open: Linking[] = []
  onTestFinished(async () => {
    for (const linking of open) await linking.cancel()
    await store.close()
    await emulator.stop()
    clock.stop()
  })
  return {
    emulator,
    store,
    clock,
    phone,
    contact,
    link(given = {}) {
      const linking = link({
        session: 'sales',
        store,
        clock,
        endpoint: emulator.endpoint,
        ...('phone' in given ? {} : { phone: NUMBER }),
        ...given,
      })
      open.push(linking)
      return watch(linking)
    },
  }
}

/** A link whose events can be looked at and waited for. */
export interface Watched {
  readonly linking: Linking
  readonly events: readonly LinkEvent[]
  types(): readonly LinkEvent['type'][]
  /** The first event of this type, or the `nth`. Rejects when the link ends without it. */
  event<Type extends LinkEvent['type']>(type: Type, nth?: number): Promise<Extract<LinkEvent, { type: Type }>>
}

export function watch(linking: Linking): Watched {
  const events: LinkEvent[] = []
  let wake = (): void => {}
  let over = false
  void (async () => {
    for await (const event of linking) {
      events.push(event)
      wake()
    }
    over = true
    wake()
  })()
  const changed = (): Promise<void> =>
    new Promise((resolve) => {
      const before = wake
      wake = () => {
        before()
        resolve()
      }
    })
  return {
    linking,
    events,
    types: () => events.map((event) => event.type),
    async event(type, nth = 1) {
      for (;;) {
        const found = events.filter((event) => event.type === type)[nth - 1]
        if (found !== undefined) return found as never
        if (over)
          throw new Error(`no event ${type} (${nth}); there were ${events.map((event) => event.type).join(', ')}`)
        await changed()
      }
    },
  }
}

/** What the client sent, as stanzas. */
export function sentBy(emulator: Emulator, who: 'client' | 'server'): readonly Node[] {
  return emulator.stanzas.filter(({ from }) => from === who).map(({ node }) => node as Node)
}
