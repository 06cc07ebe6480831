import type { DocumentationPage } from '../server/pages.ts'
import { documentation } from './documentation.ts'
import { plainPage } from './plain-page.ts'

export function documentationPage({ document }: DocumentationPage): string {
  return plainPage('API', documentation(document))
}
