// A line with a round-trip time, in a process of its own: a TCP proxy on loopback that holds every byte for half of it.
//   node delayed-line.mjs <port> <round trip, ms>
// Prints one line of JSON, {"port"}. Ends when stdin ends.
import { connect, createServer } from 'node:net'

const [port, roundTripMs] = process.argv.slice(2).map(Number)

/** Bytes leave in their order, each `roundTripMs / 2` after it came. */
function forward(from, to) {
  const later = (work) => setTimeout(work, roundTripMs / 2)
  from.on('data', (chunk) => later(() => to.writable && to.write(chunk)))
  from.on('end', () => later(() => to.end()))
  from.on('close', () => later(() => to.destroy()))
  from.on('error', () => {})
}

const server = createServer((client) => {
  // Opening a connection takes a round trip, too: what the client sends meanwhile waits behind it.
  const server = connect({ port, host: '127.0.0.1' })
  for (const line of [client, server]) line.setNoDelay(true)
  forward(client, server)
  forward(server, client)
})
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })))
process.stdin.resume().on('end', () => process.exit(0))
