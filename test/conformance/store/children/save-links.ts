// save-links <store> <first number>: links the same session again and again, and says when each link is stored.
import { internalsOf } from '../../../../src/store/internals.ts'
import { numberedLink } from './numbered-link.ts'
import { openShared } from './open-shared.ts'
import { argument, tell } from './parent.ts'

const inner = internalsOf(await openShared(argument(0)))
await numberedLink(0) // the bridge is loaded
tell('ready')
for (let number = Number(argument(1)); ; number++) {
  const link = await numberedLink(number)
  tell(`saving ${number}`)
  await inner.saveLinked(link)
  tell(`saved ${number}`)
}
