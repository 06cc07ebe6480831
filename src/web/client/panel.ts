// The operator's page while it is open: when the server tells that something changed, the parts that follow are put in place anew,
// as the server renders them. Everything works without it.
interface Change {
  readonly kind: string
  readonly name: string
}

const AGAIN_MS = 60_000

const said = document.getElementById('said')
let fetching = false
let missed = false

async function renew(changes: readonly Change[]): Promise<void> {
  missed = fetching
  if (fetching) return
  fetching = true
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
    // The login is over: the page that says so takes its place.
    if (answer.redirected) return location.reload()
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
    for (const part of document.querySelectorAll('[data-live]')) put(part, fresh.getElementById(part.id))
    offerCopies()
    tell(changes)
  } catch {
    // The server is away; EventSource comes again by itself, and then this does.
  } finally {
    fetching = false
  }
  if (missed) void renew([])
}

function put(old: Element, next: HTMLElement | null): void {
  if (next === null || next.innerHTML === old.innerHTML) return
  const focused = old.contains(document.activeElement) ? document.activeElement?.id : undefined
  old.replaceWith(document.adoptNode(next))
  if (focused !== undefined) (document.getElementById(focused) ?? document.querySelector<HTMLElement>('h1'))?.focus()
}

/** The new states, as the page itself has them in words. */
function tell(changes: readonly Change[]): void {
  const words = changes.flatMap(({ kind, name }) => {
    const shown = [...document.querySelectorAll(`[data-of^="${kind}-"]`)].find(
      (one) => one.closest('li, main')?.querySelector('h1, h3, strong')?.textContent?.includes(name) === true,
    )
    return shown?.textContent ? [`${name}: ${shown.textContent}`] : []
  })
  if (said !== null && words.length > 0) said.textContent = words.join('. ')
}

function offerCopies(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
    if (navigator.clipboard === undefined) return
    button.hidden = false
    button.onclick = async () => {
      await navigator.clipboard.writeText(button.dataset['copy'] ?? '')
      button.textContent = 'Copied'
      if (said !== null) said.textContent = 'Copied'
    }
  }
}

/** Pressed once is enough; WhatsApp takes its time. */
document.addEventListener('submit', (event) => {
  const button = event.submitter
  if (!(button instanceof HTMLButtonElement)) return
  // After the form was read: a disabled button sends no value.
  setTimeout(() => {
    button.disabled = true
    const { busy } = button.dataset
    if (busy !== undefined) button.textContent = busy
  })
})

const events = document.querySelector('main')?.dataset['events']
if (events !== undefined) {
  new EventSource(events).addEventListener('changed', ({ data }) => void renew(JSON.parse(data) as readonly Change[]))
  // “5 minutes ago” moves on.
  setInterval(() => void renew([]), AGAIN_MS)
}
offerCopies()
