// Pure. What a session is called when nobody says so.

const DEFAULT_NAME = 'main'
const LONGEST = 60

/** From the bot's name, since that is not a secret as the number is: `Acme Sales` → `acme-sales`; else `main`. */
export function defaultSessionName(deviceName: string | undefined): string {
  const name = (deviceName ?? '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, '')
  return name === '' ? DEFAULT_NAME : name
}

/** The name itself, or with the next number behind it: `main`, `main-2`, `main-3`. */
export function freeSessionName(wanted: string, taken: ReadonlySet<string>): string {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? wanted : `${wanted}-${count}`
    if (!taken.has(name)) return name
  }
}
