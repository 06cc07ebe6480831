import { inspect } from 'node:util'

/**
 * The object itself, of which console.log and JSON.stringify show what `told` says and nothing else: a getter would hand
 * whole sessions to whoever logs it, and inspect looks into promises.
 */
export function printedAs<Shown extends object>(object: Shown, name: string, told: () => object): Shown {
  return Object.defineProperties(object, {
    toJSON: { value: told },
    [inspect.custom]: { value: () => `${name} ${inspect(told())}` },
  })
}
