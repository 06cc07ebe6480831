import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { DeviceOptions } from '../../linking/device.ts'
import type { Invitation } from '../invitations/invitation.ts'
import type { AppEnv } from '../parts.ts'

/** How people come to the page: with an invitation, or as somebody whom the app around it knows. */
export interface Entry {
  /** Its own addresses, after those that all entries have. */
  routes(app: OpenAPIHono<AppEnv>): void
  /**
   * The visit of this browser. Undefined: none yet, `welcome` is due.
   * @throws HttpProblem for who may not be here
   */
  visit(c: Context<AppEnv>): Promise<Invitation | undefined>
  welcome(c: Context<AppEnv>): Promise<Response>
  device(invitation: Invitation): DeviceOptions & { readonly name: string }
}

export const DEFAULT_DEVICE = 'Paircode'
