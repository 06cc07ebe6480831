// The program of the thread that writes. libsql waits for the disk where it is called; here that stops nobody. One group
// at a time, each as it comes.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type Connection, configure, connect, emptyLog } from './connection.ts'
import { whenUnlocked } from './lock.ts'
import { type Parcel, proposalsOf } from './parcel.ts'
import { type FromThread, sentFailure, type ThreadData, type ToThread, withFailures } from './thread-messages.ts'
import { runGroup } from './transaction.ts'

if (parentPort !== null) await serve(parentPort, workerData as ThreadData)

async function serve(port: MessagePort, { file, committing }: ThreadData): Promise<void> {
  const connection = connect(file)
  await whenUnlocked(() => configure(connection))
  const parcels: Parcel[] = []
  const say = (message: FromThread): void => port.postMessage(message)

  const run = async (group: number): Promise<void> => {
    try {
      const beforeCommit = (): void => {
        Atomics.store(committing, 0, group)
      }
      const outcome = await runGroup(connection, proposalsOf(parcels.splice(0)), beforeCommit)
      say({ type: 'ran', group, outcome: withFailures(outcome, sentFailure) })
    } catch (thrown) {
      say({ type: 'failed', group, failure: sentFailure(thrown) })
    }
  }

  port.on('message', (message: ToThread) => {
    if (message.type === 'close') return end(port, connection)
    parcels.push(message.parcel)
    if (message.type === 'run') void run(message.group)
  })
  say({ type: 'ready' })
}

function end(port: MessagePort, connection: Connection): void {
  emptyLog(connection)
  connection.close()
  port.close()
}
