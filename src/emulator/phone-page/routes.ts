// What a call to the phone page does: a screen, or what the person of a phone does.

import type { Emulator } from '../emulator.ts'
import { digitsOf, pnJid } from '../jid.ts'
import { PhoneError } from '../phone-error.ts'
import { plainCode } from '../primary.ts'
import { addPage, phonePage, switcher } from './frame.ts'
import {
  type Complaint,
  chatScreen,
  chatsScreen,
  codeScreen,
  devicesScreen,
  type Handset,
  type Screen,
  scanScreen,
} from './screens.ts'

export interface PageCall {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly form: URLSearchParams
  readonly nonce: string
}

export type PageAnswer =
  | { readonly kind: 'page'; readonly status: number; readonly text: string }
  | { readonly kind: 'elsewhere'; readonly path: string }
  | { readonly kind: 'nothing' }

type Phones = Pick<Emulator, 'phones' | 'addPhone'>

/** Whether the page has this path. */
export function isPhonePath(path: string): boolean {
  return path === '/phones' || path.startsWith('/phones/')
}

export async function answerCall(emulator: Phones, call: PageCall): Promise<PageAnswer> {
  const all = handsets(emulator)
  if (call.path === '/phones') return call.method === 'POST' ? addPhone(emulator, call) : begin(all, call)
  const found = screenOf(all, call)
  if (found === undefined) return { kind: 'nothing' }
  const { own, view } = found
  const shown = (screen: Screen, status = 200): PageAnswer => ({
    kind: 'page',
    status,
    text: phonePage({ own, all, screen, nonce: call.nonce }),
  })
  if (call.method !== 'POST') return view.screen === undefined ? { kind: 'nothing' } : shown(view.screen())
  if (view.send === undefined) return { kind: 'nothing' }
  try {
    return { kind: 'elsewhere', path: await view.send(call.form) }
  } catch (thrown) {
    const complaint = complaintOf(thrown, call.form)
    if (complaint === undefined || view.screen === undefined) throw thrown
    return shown(view.screen(complaint), 422)
  }
}

/** The parts of a screen that change by themselves, by the id of their place; undefined: no such screen. */
export function livePartsOf(
  emulator: Phones,
  call: Pick<PageCall, 'path' | 'query'>,
): Readonly<Record<string, string>> | undefined {
  const all = handsets(emulator)
  const found = screenOf(all, call)
  if (found?.view.screen === undefined) return undefined
  return { live: found.view.screen().live.markup, phones: switcher(found.own, all).markup }
}

interface View {
  readonly screen?: (complaint?: Complaint) => Screen
  /** Does what was sent; resolves with where to go on. */
  readonly send?: (form: URLSearchParams) => Promise<string>
}

function handsets({ phones }: Phones): readonly Handset[] {
  return phones.map((phone, at) => ({ phone, path: `/phones/${at + 1}` }))
}

function begin(all: readonly Handset[], { nonce }: PageCall): PageAnswer {
  const [first] = all
  if (first !== undefined) return { kind: 'elsewhere', path: first.path }
  return { kind: 'page', status: 200, text: addPage(undefined, nonce) }
}

function addPhone(emulator: Phones, { form, nonce }: PageCall): PageAnswer {
  const number = form.get('number') ?? ''
  const name = (form.get('name') ?? '').trim().slice(0, 40)
  try {
    emulator.addPhone(number, name === '' ? {} : { name })
    return { kind: 'elsewhere', path: `/phones/${emulator.phones.length}` }
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown
    const text = `This phone cannot be added: ${thrown.message}.`
    return { kind: 'page', status: 422, text: addPage({ text, typed: number }, nonce) }
  }
}

const SCREEN = /^\/phones\/(\d{1,4})(?:\/([a-z-]+)(?:\/(\d{1,4}))?)?$/

function screenOf(
  all: readonly Handset[],
  { path, query }: Pick<PageCall, 'path' | 'query'>,
): { readonly own: Handset; readonly view: View } | undefined {
  const [, place, name = '', other] = SCREEN.exec(path) ?? []
  const own = all[Number(place) - 1]
  if (own === undefined) return undefined
  const { phone } = own
  const devices = `${own.path}/devices`
  switch (name) {
    case '':
      return { own, view: { screen: () => chatsScreen(own, all) } }
    case 'devices':
      return { own, view: { screen: () => devicesScreen(own, doneOf(query)) } }
    case 'log-out':
      return {
        own,
        view: {
          send: (form) => phone.unlink(form.get('jid') ?? '').then(() => `${devices}?done=logged-out`, gone(devices)),
        },
      }
    case 'link':
      return {
        own,
        view: {
          screen: (complaint) => scanScreen(own, complaint),
          send: (form) => linkedOrAsked(own, phone.scanQr((form.get('data') ?? '').trim())),
        },
      }
    case 'code':
      return {
        own,
        view: {
          screen: (complaint) => codeScreen(own, complaint),
          send: (form) => linkedOrAsked(own, typeCode(own, form.get('code') ?? '')),
        },
      }
    case 'chats':
      return chatOf(own, all[Number(other) - 1])
    default:
      return undefined
  }
}

function chatOf(own: Handset, other: Handset | undefined): { readonly own: Handset; readonly view: View } | undefined {
  if (other === undefined) return undefined
  return {
    own,
    view: {
      screen: (complaint) => chatScreen(own, other, complaint),
      send: async (form) => {
        const text = (form.get('text') ?? '').trim()
        if (text !== '') await own.phone.send(pnJid(digitsOf(other.phone.number)), text)
        return `${own.path}/chats/${other.path.replace(/^.*\//, '')}`
      },
    },
  }
}

/** A device that logged itself out meanwhile: the list says so. */
function gone(devices: string): (thrown: unknown) => string {
  return (thrown) => {
    if (thrown instanceof RangeError) return devices
    throw thrown
  }
}

function doneOf(query: URLSearchParams): 'linked' | 'logged-out' | undefined {
  const done = query.get('done')
  return done === 'linked' || done === 'logged-out' ? done : undefined
}

/**
 * Where to go on: to the list with the device in it. When WhatsApp wants a passkey first, which can take the owner ten
 * minutes, to the list as it is, which says so; the link goes on meanwhile.
 */
async function linkedOrAsked({ phone, path }: Handset, link: Promise<unknown>): Promise<string> {
  const asked = phone.passkeyGateReached()
  try {
    return await Promise.race([
      link.then(() => `${path}/devices?done=linked`),
      asked.promise.then(() => `${path}/devices`),
    ])
  } finally {
    asked.forget()
    // How it ends after that is told by the list.
    link.catch(() => {})
  }
}

async function typeCode({ phone }: Handset, typed: string): Promise<void> {
  if (plainCode(typed).length !== 8) throw new PhoneError('wrong-code', 'a code has 8 characters')
  await phone.enterCode(typed)
}

const COMPLAINTS: Readonly<Record<PhoneError['code'], string>> = {
  'no-request': 'Nothing asks to be linked to this number now. Get a new code, then type that one.',
  'wrong-code': 'Couldn’t link device: a character is wrong. A code has 8 characters. Check it and try again.',
  expired: 'This code is over. Get a new one, then type that one.',
  timeout: 'Couldn’t link device: the other side did not answer. Try again.',
  refused: 'Couldn’t link device: it was refused. Get a new code and try again.',
}

function complaintOf(thrown: unknown, form: URLSearchParams): Complaint | undefined {
  if (!(thrown instanceof PhoneError)) return undefined
  return { text: COMPLAINTS[thrown.code], typed: form.get('code') ?? form.get('data') ?? form.get('text') ?? '' }
}
