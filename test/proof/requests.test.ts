import { expect, it } from 'vitest'
import { sendRequests } from '../../proof/requests/sent-requests.ts'

it('whatever is sent to the API is answered, with no 5xx, and refused with a problem document', async () => {
  const { sent, faults, statuses, succeeded } = await sendRequests({ count: 400, seed: 20_260_101, atOnce: 16 })
  expect(faults).toEqual([])
  expect(sent).toBeGreaterThanOrEqual(400)
  // Not all stopped at the door: calls succeeded, ids were found, and values were refused for what they were.
  expect(succeeded.size).toBeGreaterThan(5)
  for (const status of [200, 201, 404, 422]) expect(statuses.get(status) ?? 0, String(status)).toBeGreaterThan(5)
}, 120_000)
