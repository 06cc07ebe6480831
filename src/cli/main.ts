#!/usr/bin/env node
import { CANCELLED } from './exit-code.ts'
import { runProgram } from './program.ts'
import { createInterrupts } from './terminal/interrupts.ts'
import { SHOW_CURSOR } from './terminal/live-region.ts'

const { stdin, stdout, stderr } = process

// Whatever happens: the cursor is there and keys are echoed when the shell has the terminal again.
process.on('exit', () => {
  if (stdin.isTTY) stdin.setRawMode(false)
  if (stdout.isTTY && process.env.TERM !== 'dumb') stdout.write(SHOW_CURSOR)
})
const interrupts = createInterrupts(process, () => process.exit(CANCELLED))
// Whoever read the output has gone (`paircode link --json | head -1`): there is nobody left to work for.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') interrupts.trigger()
})

/** ms for whatever ends by itself, before the program is ended. */
const GRACE_MS = 250

// Not awaited: this module has to be loaded from start to end without a stop, as every other of the package.
void runProgram(process, interrupts).then((code) => {
  process.exitCode = code
  interrupts.close()
  // Everything of ours is closed. Baileys 7.0.0-rc14 leaves timers behind that nobody can clear, 30 s after the upload of
  // pre-keys and up to 60 s after a question that was cut off; nothing comes of them, but they would hold the shell so long.
  stdout.write('', () => stderr.write('', () => setTimeout(() => process.exit(), GRACE_MS).unref()))
})
