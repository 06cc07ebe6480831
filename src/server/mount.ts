// From the outside to the app: any fetch runtime, node:http, Express. Finds out under which path the server is mounted,
// and takes it off.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import type { AppEnv } from './parts.ts'

export interface Mounted {
  fetch(request: Request): Promise<Response>
  node(req: unknown, res: unknown): void
}

/** What Express and body parsers add to a request. */
interface ExpressRequest extends IncomingMessage {
  readonly baseUrl?: string
  readonly body?: unknown
  rawBody?: Buffer
}

export function mount(
  app: Hono<AppEnv>,
  options: { readonly basePath: string; readonly publicUrl: URL | undefined },
): Mounted {
  /** The path that people see: of the public URL, where a proxy adds or takes one off. */
  const outer = options.publicUrl?.pathname.replace(/\/$/, '')

  const dispatch = async (request: Request): Promise<Response> => {
    const base = options.basePath
    const surroundings = { base: outer ?? base, peer: undefined }
    const { origin } = new URL(request.url)
    const path = request.url.slice(request.url.indexOf(origin) + origin.length)
    const inner = withoutBase(path, base)
    return app.fetch(inner === path ? request : new Request(origin + inner, request), surroundings)
  }

  const node = (req: ExpressRequest, res: ServerResponse): void => {
    const mountedAt = req.baseUrl ?? ''
    const base = mountedAt === '' ? options.basePath : mountedAt
    giveBodyBack(req)
    // Express has taken its mount path off `url` already. The Requests of @hono/node-server cannot be copied with
    // another URL, so it is this one that changes.
    if (mountedAt === '' && base !== '') req.url = withoutBase(req.url ?? '/', base)
    const surroundings = { base: outer ?? base, peer: req.socket.remoteAddress }
    const listener = getRequestListener((request) => app.fetch(request, surroundings), { overrideGlobalObjects: false })
    void listener(req, res)
  }

  return {
    fetch: dispatch,
    node: (req, res) => node(req as ExpressRequest, res as ServerResponse),
  }
}

/** A path that is not below the base stays as it is: a proxy may have taken the base off. */
function withoutBase(path: string, base: string): string {
  if (base === '' || !path.startsWith(base)) return path
  const rest = path.slice(base.length)
  if (rest === '') return '/'
  if (rest.startsWith('/')) return rest
  return rest.startsWith('?') ? `/${rest}` : path
}

/** A body parser before us has read the stream: what it made of it is all that is left. */
function giveBodyBack(req: ExpressRequest): void {
  if (req.rawBody !== undefined || req.body === undefined || !req.readableEnded) return
  const isForm = req.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  const text =
    isForm && typeof req.body === 'object' && req.body !== null
      ? new URLSearchParams(req.body as Record<string, string>).toString()
      : JSON.stringify(req.body)
  req.rawBody = Buffer.from(text)
}
