// Lets Node 20 run the TypeScript of the proofs and of src/: node --import ./proof/register-typescript.mjs proof/<name>.ts
import { register } from 'node:module'

register('./typescript-hooks.mjs', import.meta.url)
