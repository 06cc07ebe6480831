// The operator's pages call the API as a program would, without leaving the process: a button can do no more than a call with
// the same scopes, is checked in the same place, and leaves the same trail.
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Caller } from '../access/caller.ts'
import type { AppEnv, Surroundings } from '../parts.ts'

/** Resolves with the JSON of the answer. Throws what the route throws: HttpProblem, LinkError, StoreError. */
export type Inside = (
  c: Context<AppEnv>,
  caller: Caller,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
) => Promise<unknown>

interface InsideEnv extends AppEnv {
  Bindings: Surroundings & Pick<AppEnv['Variables'], 'requestId' | 'address' | 'caller'>
}

export function createInside(v1: OpenAPIHono<AppEnv>): Inside {
  const app = new OpenAPIHono<InsideEnv>({ strict: false })
  app.use(async (c, next) => {
    c.set('caller', c.env.caller)
    c.set('requestId', c.env.requestId)
    c.set('address', c.env.address)
    await next()
  })
  app.route('/', v1)
  app.onError((thrown) => {
    throw thrown
  })
  return async (c, caller, method, path, body) => {
    const { origin } = new URL(c.req.url)
    const request = new Request(origin + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    })
    const surroundings = { ...c.env, caller, requestId: c.get('requestId'), address: c.get('address') }
    const answer = await app.fetch(request, surroundings)
    return answer.status === 204 ? undefined : answer.json()
  }
}
