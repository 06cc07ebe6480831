// TLS in front of the emulator, in a process of its own, as a load balancer has it: what comes over TLS goes on as it is.
//   node tls-line.mjs <port>
// Prints one line of JSON, {"port", "certificate" (PEM, made for this run)}. Ends when stdin ends.
import { connect } from 'node:net'
import { createServer } from 'node:tls'
import { throwawayCertificate } from './throwaway-certificate.mjs'

const port = Number(process.argv[2])
const { certificate, key } = throwawayCertificate()

const server = createServer({ cert: certificate, key }, (client) => {
  const server = connect({ port, host: '127.0.0.1' })
  for (const line of [client, server]) line.setNoDelay(true)
  client.pipe(server).pipe(client)
  client.on('error', () => server.destroy()).on('close', () => server.destroy())
  server.on('error', () => client.destroy()).on('close', () => client.destroy())
})
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port, certificate })))
process.stdin.resume().on('end', () => process.exit(0))
