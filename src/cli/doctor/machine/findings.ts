// Pure. What is wrong with this machine, as far as linking and staying online go.
import type { LinkError } from '../../../errors.ts'
import { sentence } from '../../printing/words.ts'
import { error, type Finding, note, ok, warning } from '../finding.ts'
import type { EndpointReach, Visit } from './endpoint.ts'
import { type MachineFacts, type NetworkFacts, WHATSAPP_HOST } from './facts.ts'
import type { Reach } from './reach.ts'
import { isInRange } from './versions.ts'

export function machineFindings(facts: MachineFacts): readonly Finding[] {
  const { network } = facts
  return [
    ...nodeFindings(facts.node),
    ...baileysFindings(facts),
    ...(network.to === 'endpoint' ? endpointFindings(network.reach) : whatsAppFindings(facts, network)),
  ]
}

function nodeFindings({ version, range }: MachineFacts['node']): readonly Finding[] {
  if (isInRange(version, range) === false)
    return [
      error(
        'node-too-old',
        `This is Node ${version}, and paircode needs ${range}.`,
        'Install a newer Node: https://nodejs.org',
      ),
    ]
  return [ok('node', `Node ${version} fits.`)]
}

function baileysFindings({ baileys: { installed, range }, webVersion }: MachineFacts): readonly Finding[] {
  if (installed === undefined)
    return [
      error(
        'baileys-missing',
        'The package baileys is not installed, so no session can go online.',
        'npm install paircode baileys',
      ),
    ]
  const { version } = installed
  if (isInRange(version, range) !== true)
    return [
      error(
        'baileys-out-of-range',
        `Baileys ${version} is installed, and paircode needs ${range}.`,
        'npm install paircode@latest baileys@latest',
      ),
    ]
  const same = installed.webVersion === undefined || installed.webVersion === webVersion
  const later = same ? '' : `, and as ${installed.webVersion} afterwards`
  return [ok('baileys', `Baileys ${version} fits; links are made as WhatsApp Web ${webVersion}${later}.`)]
}

function endpointFindings({ url, error: fault, ms, ahead }: EndpointReach): readonly Finding[] {
  const clock = clockFindings(ahead, 'the endpoint')
  if (fault === undefined)
    return [
      ok('endpoint', `The endpoint ${url} answers, and proved itself by PAIRCODE_ROOT_KEY, in ${ms} ms.`),
      ...clock,
    ]
  if (fault.code !== 'untrusted-server' && fault.code !== 'network') return [refusalFinding(fault), ...clock]
  if (fault.code !== 'untrusted-server')
    return [
      error(
        'endpoint-unreachable',
        `The endpoint ${url} does not answer: ${fault.message}.`,
        'Start it, and set PAIRCODE_ENDPOINT to what it prints: paircode emulator',
      ),
      ...clock,
    ]
  if (fault.reason === 'dates') return [datesFinding(url), ...clock]
  return [
    error(
      'endpoint-untrusted',
      `The endpoint ${url} answers, but could not prove itself (${fault.reason ?? 'its certificates do not hold'}).`,
      'Set PAIRCODE_ROOT_KEY to what the emulator printed at its last start.',
    ),
    ...clock,
  ]
}

function whatsAppFindings(
  { proxy }: MachineFacts,
  network: Extract<NetworkFacts, { to: 'whatsapp' }>,
): readonly Finding[] {
  const { direct, throughProxy } = network
  const dated = [direct, throughProxy].find((one) => one?.ok === true)
  const clock = clockFindings(dated?.ok === true ? dated.ahead : undefined, WHATSAPP_HOST)
  return [
    ...directFindings(direct, throughProxy),
    ...visitFindings(network.visit),
    ...proxyFindings(proxy, throughProxy),
    ...clock,
  ]
}

/** What a link would meet first: the handshake, the certificates, and whether this version is still taken. */
function visitFindings(visit: Visit | undefined): readonly Finding[] {
  if (visit === undefined) return []
  const { error: fault, ms } = visit
  if (fault === undefined)
    return [
      ok(
        'link-ready',
        `WhatsApp proved itself and is ready to link, in ${ms} ms. The way there is direct; no code was asked for.`,
      ),
    ]
  if (fault.code === 'untrusted-server' && fault.reason === 'dates') return [datesFinding(WHATSAPP_HOST)]
  if (fault.code === 'untrusted-server')
    return [
      error(
        'whatsapp-untrusted',
        `Who answers as ${WHATSAPP_HOST} could not prove itself (${fault.reason ?? 'its certificates do not hold'}).`,
        'Something between here and WhatsApp takes its place: try from another network, without a proxy.',
      ),
    ]
  if (fault.code !== 'network') return [refusalFinding(fault)]
  return [
    error(
      'link-unreachable',
      `${WHATSAPP_HOST} answers, but not as a link needs it: ${fault.message}.`,
      'A firewall or proxy lets web pages through and no WebSockets: let this machine out to port 443 without inspection.',
    ),
  ]
}

/** Everything is right but the time. */
function datesFinding(who: string): Finding {
  return error(
    'certificate-dates',
    `The certificates of ${who} hold, but not today: they are not valid at the time of this machine’s clock.`,
    'Set the clock, best by NTP: timedatectl set-ntp true',
  )
}

/** It was reached, it is who it says, and it said no. */
function refusalFinding({ code, message, advice }: LinkError): Finding {
  if (code === 'outdated-version')
    return error(
      'version-outdated',
      `${sentence(message)} Nothing can be linked or go online with it.`,
      'npm install paircode@latest baileys@latest',
    )
  return error('link-refused', sentence(message), advice)
}

function directFindings(direct: Reach, throughProxy: Reach | undefined): readonly Finding[] {
  if (direct.ok) return [ok('whatsapp', `${WHATSAPP_HOST} answers over TLS, in ${direct.ms} ms.`)]
  if (direct.why === 'certificate')
    return [
      error(
        'tls-intercepted',
        `Who answers as ${WHATSAPP_HOST} is not WhatsApp: ${direct.reason}.`,
        'A proxy or network looks into connections: try from another network. Or set this machine’s clock.',
      ),
    ]
  if (throughProxy?.ok === true)
    return [
      error(
        'only-through-proxy',
        `${WHATSAPP_HOST} is reached through the proxy alone (directly: ${direct.reason}), and the commands go directly.`,
        'Use the library, with `agent` of link() and connect()’s `socket.agent`; or let this machine out to port 443.',
      ),
    ]
  return [
    error(
      'whatsapp-unreachable',
      `${WHATSAPP_HOST} is not reached: ${direct.reason}.`,
      `Check the network, and that https://${WHATSAPP_HOST} opens in a browser on this machine.`,
    ),
  ]
}

function proxyFindings(proxy: MachineFacts['proxy'], through: Reach | undefined): readonly Finding[] {
  if (proxy === undefined) return []
  if (proxy.url === undefined)
    return [
      warning(
        'proxy',
        `${proxy.variable} is set, but what stands there is no address.`,
        `Correct it (http://host:port), or take it away: unset ${proxy.variable}`,
      ),
    ]
  const set = `${proxy.variable} names a proxy, ${proxy.shown}`
  const next = 'Nothing, if the direct way works. For the proxy: `agent` of link(), `socket.agent` of connect().'
  if (through === undefined) return [note('proxy', `${set}; the commands do not use it, and it was not tried.`, next)]
  if (through.ok) return [note('proxy', `${set}, which leads to WhatsApp; the commands do not use it.`, next)]
  return [
    note('proxy', `${set}, which does not lead to WhatsApp (${through.reason}); the commands do not use it.`, next),
  ]
}

/** Codes live 3 minutes, by this machine's clock on the screen. */
const NOTICEABLE_MS = 60_000
/** Certificates, and the dates of messages, are wrong from here on. */
const GRAVE_MS = 3_600_000

function clockFindings(ahead: number | undefined, source: string): readonly Finding[] {
  if (ahead === undefined) return [note('clock-unknown', 'Nobody could be asked what time it is.', '')]
  const off = Math.abs(ahead)
  if (off < NOTICEABLE_MS)
    return [ok('clock', `The clock is right to ${Math.max(1, Math.ceil(off / 1000))} s, by ${source}.`)]
  const text = sentence(`the clock of this machine is ${lengthOf(off)} ${ahead > 0 ? 'fast' : 'slow'}, by ${source}`)
  const next = 'Set it, best by NTP: timedatectl set-ntp true'
  return [off < GRAVE_MS ? warning('clock-off', text, next) : error('clock-off', text, next)]
}

const UNITS: readonly (readonly [string, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

function lengthOf(ms: number): string {
  const [unit, length] = UNITS.find(([, one]) => ms >= one) ?? ['second', 1000]
  const number = Math.round(ms / length)
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}
