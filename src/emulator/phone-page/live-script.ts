/**
 * Follows the screen: the server sends what changed, and it takes the place of what was there. Nothing depends on it: without
 * script the forms and links do the same. Plain JavaScript for browsers, as text.
 */
export const LIVE_SCRIPT = `
const toEnd = () => { const end = document.querySelector('.texts li:last-child'); if (end) end.scrollIntoView({ block: 'nearest' }) }
if (document.getElementById('live')) new EventSource(location.href).onmessage = ({ data }) => {
  for (const [id, html] of Object.entries(JSON.parse(data))) {
    const place = document.getElementById(id)
    if (place.innerHTML !== html) {
      const at = place.contains(document.activeElement) ? [...place.querySelectorAll('a,button')].indexOf(document.activeElement) : -1
      place.innerHTML = html
      if (at >= 0) place.querySelectorAll('a,button')[at]?.focus()
    }
  }
  toEnd()
}
document.addEventListener('submit', ({ target, submitter }) => {
  if (target.dataset.busy) setTimeout(() => { submitter.disabled = true; submitter.textContent = target.dataset.busy })
})
document.querySelector('[data-keep]')?.focus()
toEnd()
`
