import type { OperatorPage } from '../server/pages.ts'
import { html } from './html.ts'
import { plainPage } from './plain-page.ts'

export function operatorPage({ base, loggedIn }: OperatorPage): string {
  if (loggedIn)
    return plainPage(
      'Paircode',
      html`<h1>Paircode</h1><p>You are logged in.</p><form method="post" action="${base}/ui/logout"><button>Log out</button></form>`,
    )
  return plainPage(
    'Log in',
    html`<h1>Log in</h1><form method="post" action="${base}/ui/session">
<p><label>Token <input name="token" type="password" autocomplete="off" required></label></p><button>Log in</button></form>`,
  )
}
