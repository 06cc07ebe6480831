// What WhatsApp sends on a registration connection, as docs/protocol.md sections 1 to 6 spell it.
import { type Node, node } from '../../src/wire/nodes.ts'

export const SERVER = 's.whatsapp.net'
export const SIX_REFS = ['2@one', '2@two', '2@three', '2@four', '2@five', '2@six']

export function pairDevice(refs: readonly string[] = SIX_REFS, id = 'pd-1'): Node {
  const content = refs.map((ref) => node('ref', {}, Buffer.from(ref)))
  return node('iq', { type: 'set', id, from: SERVER, xmlns: 'md' }, [node('pair-device', {}, content)])
}

export function helloAccepted(id: string, ref: Uint8Array): Node {
  return iqResult(id, [
    node('link_code_companion_reg', { stage: 'companion_hello' }, [node('link_code_pairing_ref', {}, ref)]),
  ])
}

export function iqResult(id: string, content?: readonly Node[]): Node {
  return node('iq', { type: 'result', id, from: SERVER }, content)
}

export function iqError(
  id: string,
  error: { readonly code?: number; readonly text?: string; readonly backoff?: number } = {},
): Node {
  const attrs = Object.fromEntries(
    Object.entries(error).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )
  return node('iq', { type: 'error', id, from: SERVER }, [node('error', attrs)])
}

export interface PrimaryHelloParts {
  readonly id?: string
  readonly ref?: Uint8Array
  readonly wrapped?: Uint8Array
  readonly identity?: Uint8Array
  readonly without?: 'ref' | 'wrapped' | 'identity' | 'child'
}

export function primaryHello(parts: PrimaryHelloParts = {}): Node {
  const { without } = parts
  const children = [
    ...(without === 'ref' ? [] : [node('link_code_pairing_ref', {}, parts.ref ?? Buffer.from('ref'))]),
    ...(without === 'wrapped'
      ? []
      : [node('link_code_pairing_wrapped_primary_ephemeral_pub', {}, parts.wrapped ?? Buffer.alloc(80, 3))]),
    ...(without === 'identity' ? [] : [node('primary_identity_pub', {}, parts.identity ?? Buffer.alloc(32, 5))]),
  ]
  const child = node('link_code_companion_reg', { stage: 'primary_hello' }, children)
  return notification('link_code_companion_reg', without === 'child' ? [] : [child], parts.id)
}

export function refreshCode(ref: Uint8Array, force?: string): Node {
  const attrs = { stage: 'refresh_code', ...(force === undefined ? {} : { force_manual_refresh: force }) }
  return notification('link_code_companion_reg', [
    node('link_code_companion_reg', attrs, [node('link_code_pairing_ref', {}, ref)]),
  ])
}

export function registrationRefresh(child = 'companion_reg_refresh'): Node {
  return notification('companion_reg_refresh', [node(child)])
}

export function passkeyRequest(from = SERVER): Node {
  const options = { challenge: 'Y2hhbGxlbmdl', rpId: 'whatsapp.com', timeout: 600_000, allowCredentials: [] }
  return notification(
    'passkey_prologue_request',
    [node('passkey_request_options', {}, Buffer.from(JSON.stringify(options)))],
    'pk-1',
    { from },
  )
}

export function notification(
  type: string,
  content?: readonly Node[],
  id = 'n-1',
  attrs: Readonly<Record<string, string>> = {},
): Node {
  return node('notification', { type, id, from: SERVER, ...attrs }, content)
}

export function edgeRouting(info: Uint8Array): Node {
  return node('ib', { from: SERVER }, [node('edge_routing', {}, [node('routing_info', {}, info)])])
}
