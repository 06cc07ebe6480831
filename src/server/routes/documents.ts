import type { OpenAPIHono } from '@hono/zod-openapi'
import { pageAnswer, pageFrame } from '../page-answer.ts'
import type { AppEnv, Parts } from '../parts.ts'

/** The description of the API, for programs and for people. */
export function documentRoutes(app: OpenAPIHono<AppEnv>, v1: OpenAPIHono<AppEnv>, parts: Parts): void {
  const described = (base: string): Record<string, unknown> => {
    const document = v1.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: 'Paircode',
        version: '1',
        description:
          'Links WhatsApp accounts to bots by pairing code. Unofficial: not affiliated with, endorsed or supported by WhatsApp or Meta.',
        license: { name: 'MIT' },
      },
      servers: [{ url: `${base}/v1` }],
      security: [{ token: [] }],
    })
    return {
      ...document,
      components: { ...document.components, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    }
  }

  app.get('/openapi.json', (c) => c.json(described(c.env.base)))
  app.get('/docs', (c) => {
    const frame = pageFrame(c)
    return pageAnswer(parts.pages.documentation({ ...frame, document: described(c.env.base) }), frame.nonce)
  })
}
