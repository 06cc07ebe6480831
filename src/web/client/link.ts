// The link page while something goes on: follows the events of the link, and puts the page that the server renders for
// each state in place of the old one. Everything works without it; nothing here knows what the states are.

const TYPES = 'connecting code qr confirming code-expired passkey verify retrying paired online failed cut'.split(' ')
const AGAIN_MS = 3_000

let source: EventSource | undefined
let ticking: ReturnType<typeof setInterval> | undefined
let fetching = false
let missed = false

const main = (): HTMLElement => document.querySelector('main') as HTMLElement

function say(text: string | undefined): void {
  const said = document.getElementById('said')
  if (said !== null && text !== undefined) said.textContent = text
}

/** The countdown is seen, not read out: its element is no live region. */
function tick(): void {
  clearInterval(ticking)
  const shown = main().querySelector<HTMLElement>('[data-left]')
  if (shown === null) return
  const end = performance.now() + Number(shown.dataset['left'])
  const language = document.documentElement.lang
  const minutes = new Intl.NumberFormat(language)
  const seconds = new Intl.NumberFormat(language, { minimumIntegerDigits: 2 })
  ticking = setInterval(() => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1_000))
    shown.textContent = `${minutes.format(Math.floor(left / 60))}:${seconds.format(left % 60)}`
    if (left > 0) return
    clearInterval(ticking)
    void renew()
  }, 1_000)
}

function offerCopy(): void {
  const button = main().querySelector<HTMLButtonElement>('button[data-copy]')
  if (button === null || navigator.clipboard === undefined) return
  button.hidden = false
  button.onclick = async () => {
    await navigator.clipboard.writeText(button.dataset['copy'] ?? '')
    button.textContent = button.dataset['copied'] ?? ''
    say(button.textContent)
  }
}

/** The server does not know where the person is. */
function tellLocalTime(): void {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'long', timeStyle: 'short' })
  for (const time of main().querySelectorAll('time')) time.textContent = format.format(new Date(time.dateTime))
}

/** Begins with what the page says about itself: `data-page`, and while a link is under way `data-events`, `data-seen`. */
function follow(): void {
  tick()
  offerCopy()
  tellLocalTime()
  const { events } = main().dataset
  if (events === undefined) {
    source?.close()
    source = undefined
    return
  }
  if (source !== undefined && source.readyState !== EventSource.CLOSED) return
  const opened = new EventSource(events)
  source = opened
  for (const type of TYPES)
    opened.addEventListener(type, (event) => {
      if (Number(event.lastEventId) > Number(main().dataset['seen'])) void renew()
    })
  // A broken line is mended by EventSource; an answer that is no stream ends it.
  opened.onerror = () => {
    say(main().dataset['lost'])
    if (opened.readyState === EventSource.CLOSED) setTimeout(() => void renew(), AGAIN_MS)
  }
}

async function renew(): Promise<void> {
  missed = fetching
  if (fetching) return
  fetching = true
  try {
    const answer = await fetch(main().dataset['page'] ?? '', { headers: { accept: 'text/html' } })
    put(new DOMParser().parseFromString(await answer.text(), 'text/html'))
  } catch {
    say(main().dataset['lost'])
    setTimeout(() => void renew(), AGAIN_MS)
  } finally {
    fetching = false
  }
  if (missed) void renew()
}

function put(fresh: Document): void {
  const old = main()
  const next = fresh.querySelector('main')
  if (next === null) throw new Error('no page')
  const focused = old.contains(document.activeElement) ? document.activeElement : null
  const isNews = next.dataset['say'] !== old.dataset['say']
  document.title = fresh.title
  old.replaceWith(document.adoptNode(next))
  const same = focused === null || focused.id === '' ? null : document.getElementById(focused.id)
  if (focused !== null) (same ?? next.querySelector('h1'))?.focus()
  if (isNews) say(next.dataset['say'])
  follow()
}

/** Pressed once is enough; WhatsApp takes its time. */
document.addEventListener('submit', (event) => {
  const button = event.submitter
  if (!(button instanceof HTMLButtonElement)) return
  // After the form was read: a disabled button sends no value.
  setTimeout(() => {
    button.disabled = true
    say(button.dataset['busy'])
  })
})

follow()
