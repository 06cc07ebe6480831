// A store's work on PostgreSQL takes as long as the server takes: time may move on when nothing is on its way there.
import pg from 'pg'
import type { Clock } from '../../../src/lib/clock.ts'
import { type FakeClock, turns } from '../../store/fake-clock.ts'

let underWay = 0
const { query, connect } = pg.Client.prototype

function counted<A extends unknown[]>(method: (...args: A) => unknown): (...args: A) => unknown {
  return function (this: unknown, ...args: A): unknown {
    const result = method.apply(this, args)
    if (!(result instanceof Promise)) return result
    underWay++
    const done = (): void => {
      underWay--
    }
    result.then(done, done)
    return result
  }
}

/** Makes a fake clock wait for the database before it goes on. */
export function settleWithDatabase(clock: Clock | undefined): void {
  if (clock === undefined || !('settle' in clock)) return
  pg.Client.prototype.query = counted(query) as typeof query
  pg.Client.prototype.connect = counted(connect) as typeof connect
  const fake = clock as FakeClock
  fake.settle = async () => {
    do await turns()
    while (underWay > 0)
  }
}
