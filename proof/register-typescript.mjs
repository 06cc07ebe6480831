// Lets Node 20 run the TypeScript of the proofs and of src/: node --import ./proof/register-typescript.mjs proof/<name>.ts
import { mkdtempSync, rmSync } from 'node:fs'
import { register } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// A thread takes no TypeScript on Node 20: the one that writes the store is bundled into this folder when a proof opens one.
const threadFolder = mkdtempSync(join(tmpdir(), 'paircode-thread-'))
process.on('exit', () => rmSync(threadFolder, { recursive: true, force: true }))
register('./typescript-hooks.mjs', import.meta.url, { data: { threadFolder } })
