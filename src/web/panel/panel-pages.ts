import type { PanelPages } from '../../server/panel/pages.ts'
import { front } from './front.ts'
import { invite, invited } from './invite.ts'
import { confirm, link, login, session } from './one.ts'

/** The operator's pages. */
export const panelPages: PanelPages = { login, panel: front, invite, invited, session, link, confirm }
