// What `npm start` prints. The console itself is shut: libsignal, inside Baileys, writes session keys to it.
const shut = () => {}
for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir']) console[method] = shut

/** One line, or a few. */
export function say(text) {
  process.stdout.write(`${text}\n`)
}

export function complain(text) {
  process.stderr.write(`${text}\n`)
}
