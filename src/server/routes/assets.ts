// Scripts and stylesheets of the pages: from our own address, kept by browsers, the same for everyone.
import { gzipSync } from 'node:zlib'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { ASSETS } from '../../web/assets.ts'
import type { AppEnv } from '../parts.ts'
import { HttpProblem } from '../problem.ts'

export function assetRoutes(app: OpenAPIHono<AppEnv>): void {
  // With the routes, not with the module: who imports the server may never serve a page.
  const files = new Map(
    ASSETS.map(({ name, type, text }) => [name, { type, text, small: gzipSync(text, { level: 9 }) }]),
  )

  app.get('/assets/:name', (c) => {
    const file = files.get(c.req.param('name'))
    if (file === undefined) throw new HttpProblem('not-found', 'there is nothing at this address')
    const takesGzip = /(?:^|,)\s*gzip\s*(?:,|$)/.test(c.req.header('accept-encoding') ?? '')
    return new Response(takesGzip ? file.small : file.text, {
      headers: {
        'Content-Type': file.type,
        'Cache-Control': 'public, max-age=31536000, immutable',
        Vary: 'Accept-Encoding',
        ...(takesGzip ? { 'Content-Encoding': 'gzip' } : {}),
      },
    })
  })
}
