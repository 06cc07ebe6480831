// The server's answers to a linked device's IQs, by namespace. What is unknown is refused with 501; nothing is left
// without an answer.
import { type Node, node } from '../wire/nodes.ts'
import type { LinkedDevice } from './accounts.ts'
import { answerAppState } from './app-state.ts'
import { answerEncrypt } from './encrypt-queries.ts'
import type { Refusal } from './faults.ts'
import {
  answerBlocklist,
  answerDirty,
  answerDisappearing,
  answerGroups,
  answerMedia,
  answerMex,
  answerPicture,
  answerPrivacy,
  answerProps,
  answerStatus,
} from './settings-queries.ts'
import { removeCompanion } from './unlinking.ts'
import { answerUsync } from './usync.ts'
import type { World } from './world.ts'

export interface QueryAnswer {
  readonly children?: readonly Node[] | undefined
  readonly refusal?: Refusal | undefined
  /** What follows once the answer is out. */
  readonly afterwards?: (() => void) | undefined
}

export type QueryHandler = (world: World, device: LinkedDevice, iq: Node) => QueryAnswer

const nothing: QueryHandler = () => ({})

const HANDLERS: Readonly<Record<string, QueryHandler>> = {
  encrypt: answerEncrypt,
  usync: answerUsync,
  passive: nothing,
  abt: answerProps,
  w: answerProps,
  blocklist: answerBlocklist,
  privacy: answerPrivacy,
  status: answerStatus,
  disappearing_mode: answerDisappearing,
  'w:profile:picture': answerPicture,
  'w:sync:app:state': answerAppState,
  'urn:xmpp:whatsapp:dirty': answerDirty,
  'urn:xmpp:whatsapp:push': nothing,
  'w:stats': nothing,
  'w:m': answerMedia,
  'w:mex': answerMex,
  'w:g2': answerGroups,
  'w:biz': () => ({ children: [node('business_profile', { v: '1' })] }),
  md: removeCompanion,
}

export function answerQuery(world: World, device: LinkedDevice, iq: Node): QueryAnswer {
  const handler = HANDLERS[iq.attrs['xmlns'] ?? '']
  return handler === undefined ? { refusal: { code: 501 } } : handler(world, device, iq)
}
