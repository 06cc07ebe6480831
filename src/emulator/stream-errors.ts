// Pure. How the server ends a stream (docs/protocol.md section 10).
import { type Node, node } from '../wire/nodes.ts'

/** Another connection logged in as the same device. */
export function replaced(): Node {
  return node('stream:error', {}, [node('conflict', { type: 'replaced' })])
}

/** The device was unlinked. */
export function deviceRemoved(): Node {
  return node('stream:error', { code: '401' }, [node('conflict', { type: 'device_removed' })])
}

export function streamErrorNode(code: number): Node {
  if (code === 401) return deviceRemoved()
  if (code === 409) return node('stream:error', { code: '409' }, [node('conflict', { type: 'replaced' })])
  return node('stream:error', { code: String(code) })
}
