// The public keys that the server keeps for a device, so that others can write to it while it is offline.
import { verify, withKeyType } from '../wire/bridge.ts'
import { bytesOf, childOf, childrenOf, type Node, node } from '../wire/nodes.ts'
import { type SignedPreKey, sameBytes, uint, uintBytes } from './client-payload.ts'

export interface KeyBundle {
  readonly registrationId: number
  readonly identity: Uint8Array
  readonly signedPreKey: SignedPreKey
  /** Handed out once; absent when none is left. */
  readonly preKey?: { readonly id: number; readonly value: Uint8Array } | undefined
}

export interface DeviceKeys {
  readonly identity: Uint8Array
  readonly count: number
  /** Ids of the one-time keys that are left, oldest first. */
  readonly preKeyIds: readonly number[]
  /** In the order of their ids. */
  readonly preKeyValues: readonly Uint8Array[]
  readonly registrationId: number
  readonly signedPreKey: SignedPreKey
  /**
   * Takes an upload. False when it belongs to another identity or its signature does not verify; nothing changes then.
   */
  upload(iq: Node): boolean
  /** Replaces the signed pre-key; false as above. */
  rotate(skey: Node | undefined): boolean
  /** Uses up one one-time key. */
  takeBundle(): KeyBundle
}

export function createDeviceKeys(start: Omit<KeyBundle, 'preKey'>): DeviceKeys {
  const { identity } = start
  let { registrationId, signedPreKey } = start
  const preKeys = new Map<number, Uint8Array>()

  const verified = (skey: Node | undefined): SignedPreKey | undefined => {
    const read = readSignedPreKey(skey)
    return read !== undefined && verify(identity, withKeyType(read.value), read.signature) ? read : undefined
  }

  return {
    identity,
    get count() {
      return preKeys.size
    },
    get preKeyIds() {
      return [...preKeys.keys()]
    },
    get preKeyValues() {
      return [...preKeys.values()]
    },
    get registrationId() {
      return registrationId
    },
    get signedPreKey() {
      return signedPreKey
    },
    upload(iq) {
      const registration = bytesOf(childOf(iq, 'registration'))
      const skey = verified(childOf(iq, 'skey'))
      const list = childrenOf(childOf(iq, 'list')).map(readPreKey)
      if (registration?.length !== 4 || !sameBytes(bytesOf(childOf(iq, 'identity')), identity)) return false
      if (bytesOf(childOf(iq, 'type'))?.[0] !== 5 || skey === undefined || list.includes(undefined)) return false
      registrationId = uint(registration)
      signedPreKey = skey
      for (const key of list) if (key !== undefined) preKeys.set(key.id, key.value)
      return true
    },
    rotate(skey) {
      const read = verified(skey)
      if (read === undefined) return false
      signedPreKey = read
      return true
    },
    takeBundle() {
      const [first] = preKeys
      if (first !== undefined) preKeys.delete(first[0])
      return { registrationId, identity, signedPreKey, preKey: first && { id: first[0], value: first[1] } }
    },
  }
}

function readPreKey(key: Node): { readonly id: number; readonly value: Uint8Array } | undefined {
  const id = bytesOf(childOf(key, 'id'))
  const value = bytesOf(childOf(key, 'value'))
  return id?.length === 3 && value?.length === 32 ? { id: uint(id), value } : undefined
}

function readSignedPreKey(skey: Node | undefined): SignedPreKey | undefined {
  const id = bytesOf(childOf(skey, 'id'))
  const value = bytesOf(childOf(skey, 'value'))
  const signature = bytesOf(childOf(skey, 'signature'))
  if (id?.length !== 3 || value?.length !== 32 || signature?.length !== 64) return undefined
  return { id: uint(id), value, signature }
}

/** A bundle as `encrypt` answers and retry receipts carry it. */
export function bundleNodes({ registrationId, identity, signedPreKey, preKey }: KeyBundle): readonly Node[] {
  return [
    node('registration', {}, uintBytes(registrationId, 4)),
    node('type', {}, Uint8Array.of(5)),
    node('identity', {}, identity),
    ...(preKey === undefined
      ? []
      : [node('key', {}, [node('id', {}, uintBytes(preKey.id, 3)), node('value', {}, preKey.value)])]),
    signedPreKeyNode(signedPreKey),
  ]
}

export function signedPreKeyNode(key: SignedPreKey): Node {
  return node('skey', {}, [
    node('id', {}, uintBytes(key.id, 3)),
    node('value', {}, key.value),
    node('signature', {}, key.signature),
  ])
}

/** The bundle in a retry receipt's `keys`; undefined when it carries none. */
export function readRetryBundle(receipt: Node): KeyBundle | undefined {
  const keys = childOf(receipt, 'keys')
  const registration = bytesOf(childOf(receipt, 'registration'))
  const identity = bytesOf(childOf(keys, 'identity'))
  const signedPreKey = readSignedPreKey(childOf(keys, 'skey'))
  const key = childOf(keys, 'key')
  if (registration?.length !== 4 || identity?.length !== 32 || signedPreKey === undefined) return undefined
  return { registrationId: uint(registration), identity, signedPreKey, preKey: key && readPreKey(key) }
}
