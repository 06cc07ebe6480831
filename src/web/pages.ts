import type { Pages } from '../server/pages.ts'
import { documentationPage } from './documentation-page.ts'
import { invitationPage } from './link/invitation-page.ts'
import { refusalPage } from './link/refusal-page.ts'
import { visitPage } from './link/visit-page.ts'
import { panelPages } from './panel/panel-pages.ts'

export const webPages: Pages = {
  invitation: invitationPage,
  visit: visitPage,
  refusal: refusalPage,
  operator: panelPages,
  documentation: documentationPage,
}
