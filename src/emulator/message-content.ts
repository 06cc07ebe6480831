// Pure. The little of WhatsApp's Message that a phone here writes and reads (field numbers of WhatsApp's schema).
import { deflateSync } from 'node:zlib'
import { bytesField, decodeMessage, encodeMessage, numberField, textField } from '../wire/protobuf.ts'

const CONVERSATION = 1
const PROTOCOL_MESSAGE = 12
const DEVICE_SENT = 31

const HISTORY_SYNC_NOTIFICATION = 5
const APP_STATE_SYNC_KEY_SHARE = 6
const INITIAL_BOOTSTRAP = 0

export function encodeText(text: string): Uint8Array {
  return encodeMessage([[CONVERSATION, text]])
}

/** A copy for the sender's own other devices. */
export function encodeDeviceSent(destinationJid: string, message: Uint8Array): Uint8Array {
  return encodeMessage([
    [
      DEVICE_SENT,
      encodeMessage([
        [1, destinationJid],
        [2, message],
      ]),
    ],
  ])
}

/** The account's key for app state, which a phone gives to each new device. */
export interface AppStateKey {
  readonly id: Uint8Array
  readonly data: Uint8Array
  readonly rawId: number
  /** ms since the epoch. */
  readonly madeAt: number
}

export function encodeAppStateKeyShare(key: AppStateKey): Uint8Array {
  const fingerprint = encodeMessage([
    [1, key.rawId],
    [2, 0],
  ])
  const keyData = encodeMessage([
    [1, key.data],
    [2, fingerprint],
    [3, key.madeAt],
  ])
  const share = encodeMessage([
    [
      1,
      encodeMessage([
        [1, encodeMessage([[1, key.id]])],
        [2, keyData],
      ]),
    ],
  ])
  return protocolMessage(APP_STATE_SYNC_KEY_SHARE, 7, share)
}

/** The first history of a new device, inside the message itself: an account without chats. */
export function encodeFirstHistory(account: { readonly pn: string; readonly lid: string }): Uint8Array {
  const mapping = encodeMessage([
    [1, account.pn],
    [2, account.lid],
  ])
  const history = encodeMessage([
    [1, INITIAL_BOOTSTRAP],
    [5, 1],
    [6, 100],
    [15, mapping],
  ])
  const notification = encodeMessage([
    [6, INITIAL_BOOTSTRAP],
    [7, 1],
    [9, 100],
    [11, deflateSync(history)],
  ])
  return protocolMessage(HISTORY_SYNC_NOTIFICATION, 6, notification)
}

function protocolMessage(type: number, field: number, content: Uint8Array): Uint8Array {
  return encodeMessage([
    [
      PROTOCOL_MESSAGE,
      encodeMessage([
        [2, type],
        [field, content],
      ]),
    ],
  ])
}

export interface ReadContent {
  /** The text or caption; undefined for anything without one. */
  readonly text: string | undefined
  /** For a copy from an own device: the chat it was sent to. */
  readonly destinationJid: string | undefined
  /** The phone is asked for the app-state key. */
  readonly wantsAppStateKey: boolean
}

/** Throws a RangeError for what is not a message. */
export function readContent(bytes: Uint8Array): ReadContent {
  const message = decodeMessage(bytes)
  const sent = bytesField(message, DEVICE_SENT)
  if (sent !== undefined) {
    const copy = decodeMessage(sent)
    return { ...readContent(bytesField(copy, 2) ?? new Uint8Array(0)), destinationJid: textField(copy, 1) }
  }
  return { text: textIn(bytes, 0), destinationJid: undefined, wantsAppStateKey: asksForKey(message) }
}

/** Messages that hold another one as their field 1: view once, disappearing, with caption, … */
const WRAPPERS: readonly number[] = [37, 40, 53, 55, 59]
/** Where a text stands: extended text, and the captions of image, document, video. */
const TEXTS: readonly (readonly [message: number, field: number])[] = [
  [6, 1],
  [3, 3],
  [7, 20],
  [9, 7],
]

function textIn(bytes: Uint8Array, depth: number): string | undefined {
  const message = decodeMessage(bytes)
  const plain = textField(message, CONVERSATION)
  if (plain !== undefined) return plain
  for (const [number, field] of TEXTS) {
    const inner = bytesField(message, number)
    const text = inner && textField(decodeMessage(inner), field)
    if (text !== undefined) return text
  }
  if (depth > 4) return undefined
  for (const number of WRAPPERS) {
    const wrapper = bytesField(message, number)
    const inner = wrapper && bytesField(decodeMessage(wrapper), 1)
    if (inner !== undefined) return textIn(inner, depth + 1)
  }
  return undefined
}

const APP_STATE_SYNC_KEY_REQUEST = 7

function asksForKey(message: ReturnType<typeof decodeMessage>): boolean {
  const protocol = bytesField(message, PROTOCOL_MESSAGE)
  return protocol !== undefined && numberField(decodeMessage(protocol), 2) === APP_STATE_SYNC_KEY_REQUEST
}
