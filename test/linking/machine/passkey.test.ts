// The ceremony in the machine: each state, each answer, each thing that comes at a wrong time (docs/protocol.md section 6).
import { describe, expect, it } from 'vitest'
import type { Effect, Input } from '../../../src/linking/machine/state.ts'
import { handoffKeyOf, handoffProof } from '../../../src/linking/passkey/agreement.ts'
import { checkedAssertion } from '../../../src/linking/passkey/assertion.ts'
import { bytesOf, childOf, type Node, node } from '../../../src/wire/nodes.ts'
import { pairSuccess } from '../account.ts'
import { bytesFrom, keyPairFrom, toHex } from '../keys.ts'
import {
  CANCELLED,
  type Driver,
  dateAt,
  drive,
  FIRST_SECRET,
  OUR_IDENTITY,
  OUR_NOISE_KEY,
  PHONE,
} from '../machine-driver.ts'
import {
  answerAsPhone,
  confirming,
  count,
  failure,
  finishId,
  goesOn,
  hellos,
  last,
  live,
  phoneSecret,
  proof,
  qrSecret,
  ready,
  types,
} from '../machine-steps.ts'
import {
  assertion,
  continuation,
  OPTIONS,
  openRequest,
  optionsNode,
  readPrologue,
  refAnswer,
  request,
  requestWithout,
} from '../passkey-primary.ts'
import {
  helloAccepted,
  iqError,
  iqResult,
  pairDevice,
  primaryHello,
  refreshCode,
  registrationRefresh,
} from '../server-stanzas.ts'

const KEYS = {
  ephemeral: keyPairFrom('companion, passkey ceremony'),
  nonce: bytesFrom('companion nonce'),
  newSecret: bytesFrom('the new secret'),
  iv: bytesFrom('iv', 12),
}

const waiting = (settings = {}, held: readonly never[] = []) =>
  drive({ settings: { passkey: 'wait', ...settings }, held })
const alone = (settings = {}) => ready(waiting({ digits: undefined, qr: true, ...settings }))
const asks = (driver: Driver) => driver.effects.flatMap(({ effect }) => (effect.type === 'ask-passkey' ? [effect] : []))
const comparisons = (driver: Driver) =>
  driver.effects.flatMap(({ effect }) => (effect.type === 'ask-comparison' ? [effect] : []))
const sentOf = (driver: Driver, tag: string): readonly Node[] =>
  driver.sent.filter((stanza) => childOf(stanza, tag) !== undefined)
const idOf = (driver: Driver, tag: string): string => last(sentOf(driver, tag))?.attrs['id'] ?? ''
const answered = (driver: Driver): Input => {
  const ask = last(asks(driver))
  if (ask === undefined) throw new Error('nobody was asked')
  return {
    type: 'passkey-answered',
    ceremony: ask.ceremony,
    assertion: checkedAssertion(assertion({}, ask.request.challenge), ask.request),
    keys: KEYS,
  }
}
const underNew = (driver: Driver): Node =>
  pairSuccess({ advSecret: KEYS.newSecret, companionIdentity: driver.state.settings.identityKey.public })

/** Each brings the ceremony one state further. */
const toAsked = (driver: Driver): Driver => {
  driver.receive(request())
  return driver
}
const toFetchingRef = (driver: Driver): Driver => {
  toAsked(driver).feed(answered(driver))
  return driver
}
const toPrologue = (driver: Driver): Driver => {
  toFetchingRef(driver).receive(refAnswer(idOf(driver, 'ref')))
  return driver
}
const toRevealing = (driver: Driver): Driver => {
  toPrologue(driver).receive(continuation())
  return driver
}
const toNext = (driver: Driver): Driver => {
  toRevealing(driver).receive(iqResult(idOf(driver, 'companion_nonce')))
  return driver
}

const STATES = {
  asked: toAsked,
  'fetching-ref': toFetchingRef,
  'prologue-sent': toPrologue,
  revealing: toRevealing,
  requested: toNext,
} as const
const states = Object.entries(STATES)

describe('the gate', () => {
  it('is handed out with the deadline of its options; the code, its minute and the picture stand still', () => {
    const driver = confirming(waiting({ qr: true }))
    driver.advance(10_000)
    const [ack, ...rest] = driver.receive(request())
    expect(ack).toMatchObject({
      type: 'send',
      node: { tag: 'ack', attrs: { id: 'pk-1', type: 'passkey_prologue_request' } },
    })
    expect(rest.at(-1)).toMatchObject({ type: 'ask-passkey', ceremony: 1, request: { options: OPTIONS } })
    expect(asks(driver)[0]?.expiresAt).toBe(dateAt(600_000).getTime())
    expect([...driver.timers.keys()].toSorted()).toEqual(['attempt', 'passkey'])
    expect(driver.state).toMatchObject({ link: 'passkey', qr: undefined })
    driver.advance(300_000)
    expect(goesOn(driver)).toBe(true)
    expect(count(driver, 'close')).toBe(0)
    expect(types(driver)).not.toContain('code-expired')
  })

  it('with passkey: fail ends the attempt at once', () => {
    const driver = confirming(drive())
    driver.receive(request())
    expect(failure(driver)).toMatchObject({ code: 'passkey-required', retryable: false })
  })

  it('without options asks for them, once', () => {
    const driver = alone()
    driver.receive(requestWithout())
    expect(last(driver.sent)).toMatchObject({ attrs: { type: 'get', xmlns: 'md', to: 's.whatsapp.net' } })
    driver.receive(iqResult(idOf(driver, 'passkey_request_options'), [optionsNode()]))
    expect(asks(driver)).toHaveLength(1)
    driver.receive(iqResult(idOf(driver, 'passkey_request_options'), [optionsNode()]))
    expect(asks(driver)).toHaveLength(1)
  })

  it.each([
    ['nothing', undefined],
    ['no JSON', [optionsNode('text')]],
    ['another site', [optionsNode({ ...OPTIONS, rpId: 'example.org' })]],
  ])('whose options are %s in the end is a fault of the server', (_name, content) => {
    const driver = alone()
    driver.receive(request('not JSON'))
    driver.receive(iqResult(idOf(driver, 'passkey_request_options'), content as readonly Node[] | undefined))
    expect(failure(driver)).toMatchObject({ code: 'server-error' })
  })

  it('for another site is refused at once', () => {
    const driver = alone()
    driver.receive(request({ ...OPTIONS, rpId: 'example.org' }))
    expect(failure(driver)).toMatchObject({ code: 'server-error' })
    expect(sentOf(driver, 'passkey_request_options')).toEqual([])
  })

  it('asked again before our prologue replaces options and deadline, and the older answer counts no more', () => {
    const driver = alone()
    toAsked(driver)
    const old = answered(driver)
    driver.advance(100_000)
    driver.receive(request({ ...OPTIONS, challenge: 'bmV3', timeout: 60_000 }, 'pk-9'))
    expect(asks(driver).map(({ ceremony }) => ceremony)).toEqual([1, 2])
    expect(driver.timers.get('passkey')).toBe(160_000)
    expect(driver.feed(old)).toEqual([])
    driver.feed(answered(driver))
    expect(sentOf(driver, 'ref')).toHaveLength(1)
  })

  it('asked again while the ref is fetched starts over; the ref that then comes is nobody’s', () => {
    const driver = toFetchingRef(alone())
    driver.receive(request({ ...OPTIONS, challenge: 'bmV3' }, 'pk-9'))
    expect(driver.receive(refAnswer(idOf(driver, 'ref')))).toEqual([])
    expect(driver.state.passkey.name).toBe('asked')
  })

  it.each(states.slice(2))('asked again in %s is acked and ignored', (_name, bring) => {
    const driver = bring(alone())
    expect(driver.receive(request({ ...OPTIONS, challenge: 'bmV3' }, 'pk-9'))).toHaveLength(1)
  })

  it('holds up a code that is being asked for; the ceremony goes first', () => {
    const driver = waiting({ qr: true })
    ready(driver)
    const asked = last(hellos(driver))?.attrs['id'] ?? ''
    toAsked(driver)
    expect(driver.receive(helloAccepted(asked, Buffer.from('ref')))).toEqual([])
    expect(types(driver)).not.toContain('code')
    driver.advance(60_000)
    expect(hellos(driver)).toHaveLength(1)
    driver.feed({ type: 'ended', end: { kind: 'closed' } })
    expect(last(types(driver))).toBe('retrying')
    driver.advance(5_000)
    driver.receive(pairDevice())
    expect(hellos(driver)).toHaveLength(2)
  })
})

describe('the proof', () => {
  const proofOf = (driver: Driver) => readPrologue(last(sentOf(driver, 'passkey_prologue')))

  it('is under the secret of the picture that was shown', () => {
    const driver = alone()
    const secret = qrSecret(driver)
    const { proof: sent, payload } = proofOf(toPrologue(driver))
    expect(toHex(sent ?? [])).toBe(toHex(handoffProof(handoffKeyOf(secret), payload)))
  })

  it('is under the secret of a companion_finish', () => {
    const driver = confirming(waiting())
    const secret = phoneSecret(driver)
    const { proof: sent, payload } = proofOf(toPrologue(driver))
    expect(toHex(sent ?? [])).toBe(toHex(handoffProof(handoffKeyOf(secret), payload)))
  })

  it('is left out when no phone can know the secret', () => {
    const driver = live(waiting())
    driver.receive(primaryHello({ without: 'child' }))
    expect(proofOf(toPrologue(driver)).proof).toBeUndefined()
  })

  it.each([
    ['4:59', 299_999, true],
    ['5:00', 300_000, false],
    ['5:01', 301_000, false],
  ])('at %s is %s', (_name, ms, attached) => {
    const driver = toAsked(alone())
    driver.advance(ms)
    driver.feed(answered(driver))
    driver.receive(refAnswer(idOf(driver, 'ref')))
    expect(proofOf(driver).proof !== undefined).toBe(attached)
  })

  it('keeps the age of the first request when a second one comes', () => {
    const driver = toAsked(alone())
    driver.advance(200_000)
    driver.receive(request({ ...OPTIONS, challenge: 'bmV3' }, 'pk-9'))
    driver.advance(100_000)
    driver.feed(answered(driver))
    driver.receive(refAnswer(idOf(driver, 'ref')))
    expect(proofOf(driver).proof).toBeUndefined()
  })
})

describe('the ceremony', () => {
  it('goes from the answer to the account: ref, prologue, nonce, request, pair-success under the new secret', () => {
    const driver = toNext(alone())
    expect(driver.state.passkey.name).toBe('requested')
    const prologue = readPrologue(last(sentOf(driver, 'passkey_prologue')))
    expect(prologue).toMatchObject({ deviceType: 1, ref: '4@ref of the ceremony' })
    expect(toHex(bytesOf(childOf(last(sentOf(driver, 'companion_nonce')), 'companion_nonce')) ?? [])).toBe(
      toHex(KEYS.nonce),
    )
    const opened = openRequest(last(sentOf(driver, 'encrypted_pairing_request')), prologue)
    expect(toHex(opened.advSecret ?? [])).toBe(toHex(KEYS.newSecret))
    expect(toHex(opened.companionPublicKey ?? [])).toBe(toHex(OUR_NOISE_KEY.public))
    expect(toHex(opened.companionIdentityKey ?? [])).toBe(toHex(OUR_IDENTITY.public))
    driver.receive(underNew(driver))
    expect(last(types(driver))).toBe('paired')
    expect(comparisons(driver)).toEqual([])
  })

  it('compares codes when nothing was proven, and goes on only after the yes', () => {
    const driver = live(waiting())
    toNext(driver)
    expect(comparisons(driver)).toMatchObject([
      { ceremony: 1, code: expect.stringMatching(/^[1-9A-HJ-NP-TV-Z]{4}-[1-9A-HJ-NP-TV-Z]{4}$/) },
    ])
    expect(driver.state).toMatchObject({ link: 'verify', passkey: { name: 'comparing' } })
    driver.advance(100_000)
    expect(sentOf(driver, 'encrypted_pairing_request')).toEqual([])
    expect(driver.feed({ type: 'codes-compared', ceremony: 7, equal: true })).toEqual([])
    driver.feed({ type: 'codes-compared', ceremony: 1, equal: true })
    expect(driver.feed({ type: 'codes-compared', ceremony: 1, equal: true })).toEqual([])
    driver.receive(underNew(driver))
    expect(last(types(driver))).toBe('paired')
  })

  it('ends as verification-failed when the codes differ, and sends nothing', () => {
    const driver = toNext(live(waiting()))
    const sent = driver.sent.length
    driver.feed({ type: 'codes-compared', ceremony: 1, equal: false })
    expect(failure(driver)).toMatchObject({ code: 'verification-failed' })
    expect(driver.sent).toHaveLength(sent)
  })

  it('takes the continuation before the answer to the prologue, and pair-success before the answer to the request', () => {
    const driver = toRevealing(alone())
    driver.receive(iqResult(idOf(driver, 'passkey_prologue')))
    expect(driver.state.passkey.name).toBe('revealing')
    driver.receive(iqResult(idOf(driver, 'companion_nonce')))
    driver.receive(underNew(driver))
    expect(last(types(driver))).toBe('paired')
  })

  it('puts the new secret in force when it is sent, and not before', () => {
    const driver = toRevealing(alone())
    expect(toHex(driver.state.advSecret)).toBe(toHex(FIRST_SECRET))
    driver.receive(iqResult(idOf(driver, 'companion_nonce')))
    expect(toHex(driver.state.advSecret)).toBe(toHex(KEYS.newSecret))
    driver.receive(pairSuccess({ advSecret: FIRST_SECRET, companionIdentity: OUR_IDENTITY.public }))
    expect(failure(driver)).toMatchObject({ code: 'verification-failed' })
  })

  it.each(states.slice(0, 4))('links under the secret in force when pair-success comes in %s', (_name, bring) => {
    const driver = bring(alone())
    driver.receive(pairSuccess({ advSecret: FIRST_SECRET, companionIdentity: OUR_IDENTITY.public }))
    expect(last(types(driver))).toBe('paired')
    expect(driver.timers.has('passkey')).toBe(false)
  })
})

describe('what comes at a wrong time', () => {
  it.each([['idle', (driver: Driver) => driver], ...states.filter(([name]) => name !== 'prologue-sent')] as const)(
    'a continuation in %s is acked and ignored',
    (_name, bring) => {
      const driver = bring(alone())
      expect(driver.receive(continuation({}, 'pk-7'))).toHaveLength(1)
      expect(goesOn(driver)).toBe(true)
    },
  )

  it('a second continuation is acked and ignored', () => {
    const driver = toRevealing(alone())
    const [, ...more] = driver.receive(continuation({ nonce: bytesFrom('other') }, 'pk-8'))
    expect(more).toEqual([])
    expect(sentOf(driver, 'companion_nonce')).toHaveLength(1)
  })

  it('a continuation of another sender is no continuation', () => {
    const driver = toPrologue(alone())
    const foreign = continuation()
    driver.receive({ ...foreign, attrs: { ...foreign.attrs, from: '12025550124@s.whatsapp.net' } })
    expect(driver.state.passkey.name).toBe('prologue-sent')
  })

  it.each([
    ['a key of low order', { key: new Uint8Array(32) }],
    ['a short nonce', { nonce: new Uint8Array(31) }],
  ])('a continuation with %s ends the attempt before our nonce leaves', (_name, half) => {
    const driver = toPrologue(alone())
    driver.receive(continuation(half))
    expect(failure(driver)).toMatchObject({ code: 'verification-failed' })
    expect(sentOf(driver, 'companion_nonce')).toEqual([])
  })

  it.each(states)('a second stage 2, or a code taken back, in %s is acked and ignored', (_name, bring) => {
    const driver = confirming(waiting())
    const secret = bring(driver).state.advSecret
    expect(answerAsPhone(driver, { id: 'n-8' })).toHaveLength(1)
    expect(driver.receive(refreshCode(Buffer.from('ref of this code')))).toHaveLength(1)
    expect(driver.receive(iqResult(finishId(driver)))).toEqual([])
    expect(driver.state.advSecret).toBe(secret)
    expect(goesOn(driver)).toBe(true)
  })

  it.each(states.slice(2))('companion_reg_refresh in %s keeps the secret', (_name, bring) => {
    const driver = bring(alone())
    const secret = driver.state.advSecret
    expect(driver.receive(registrationRefresh())).toHaveLength(1)
    expect(driver.state.advSecret).toBe(secret)
  })

  it('companion_reg_refresh before our prologue makes a new secret, and draws no picture', () => {
    const driver = toAsked(alone())
    const pictures = types(driver).length
    driver.receive(registrationRefresh())
    expect(toHex(driver.state.advSecret)).not.toBe(toHex(FIRST_SECRET))
    expect(types(driver)).toHaveLength(pictures)
  })

  it('an answer of the phone that was still being worked on is dropped', () => {
    const driver = drive({ settings: { passkey: 'wait' }, held: ['unwrapped'] })
    live(driver)
    const effects = answerAsPhone(driver)
    const unwrap = effects.find((effect: Effect) => effect.type === 'unwrap')
    toAsked(driver)
    const owed = unwrap && driver.answerTo(unwrap)
    if (owed === undefined) throw new Error('nothing is owed')
    expect(driver.feed(owed)).toEqual([])
  })

  it('a new pair-device is answered, and shows no picture', () => {
    const driver = toAsked(alone())
    const pictures = types(driver).length
    expect(driver.receive(pairDevice(['2@x'], 'pd-9'))).toMatchObject([{ type: 'send' }, { type: 'clear-timer' }])
    expect(types(driver)).toHaveLength(pictures)
  })

  it('answers and comparisons that nobody waits for change nothing', () => {
    const driver = alone()
    expect(driver.feed({ type: 'codes-compared', ceremony: 0, equal: true })).toEqual([])
    toAsked(driver)
    const first = answered(driver)
    driver.feed(first)
    expect(driver.feed(first)).toEqual([])
    expect(driver.receive(iqResult(idOf(driver, 'ref')))).toBeDefined()
    expect(failure(driver)).toMatchObject({ code: 'server-error' })
    expect(driver.feed(first)).toEqual([])
  })
})

describe('how it ends', () => {
  const steps = [
    ['the options', (driver: Driver) => driver.receive(requestWithout()), 'passkey_request_options'],
    ['the ref', toFetchingRef, 'ref'],
    ['the prologue', toPrologue, 'passkey_prologue'],
    ['the prologue, after the continuation', toRevealing, 'passkey_prologue'],
    ['the nonce', toRevealing, 'companion_nonce'],
    ['the request', toNext, 'encrypted_pairing_request'],
  ] as const

  it.each(steps)('WhatsApp refuses %s: rejected with its number, and a new link may try again', (_name, bring, tag) => {
    const driver = alone()
    bring(driver)
    driver.receive(iqError(idOf(driver, tag), { code: 451, text: 'not-now' }))
    expect(failure(driver)).toMatchObject({ code: 'rejected', status: 451, retryable: true })
    expect(driver.outcome).toMatchObject({ error: { message: expect.stringContaining('not-now') } })
  })

  it.each(steps.slice(0, 5))(
    'WhatsApp does not answer %s within 30 s: the ceremony dies with its connection',
    (_name, bring) => {
      const driver = alone()
      bring(driver)
      driver.advance(29_999)
      expect(count(driver, 'close')).toBe(0)
      driver.advance(1)
      expect(count(driver, 'close')).toBe(1)
      expect(count(driver, 'connect')).toBe(2)
      expect(driver.state.passkey.name).toBe('idle')
    },
  )

  it('nobody confirms: passkey-required when the time of the options is over', () => {
    const driver = toAsked(alone())
    driver.receive(request({ ...OPTIONS, timeout: 90_000 }, 'pk-9'))
    driver.advance(89_999)
    expect(goesOn(driver)).toBe(true)
    driver.advance(1)
    expect(failure(driver)).toMatchObject({ code: 'passkey-required', retryable: true })
  })

  it('the phone does not go on: expired, two minutes after the prologue', () => {
    const driver = toPrologue(alone())
    driver.receive(iqResult(idOf(driver, 'passkey_prologue')))
    driver.advance(120_000)
    expect(failure(driver)).toMatchObject({ code: 'expired' })
  })

  it('WhatsApp does not confirm: expired, 60 s after the request', () => {
    const driver = toNext(alone())
    driver.receive(iqResult(idOf(driver, 'encrypted_pairing_request')))
    driver.advance(59_999)
    expect(goesOn(driver)).toBe(true)
    driver.advance(1)
    expect(failure(driver)).toMatchObject({ code: 'expired' })
  })

  it.each(states)(
    'the connection is lost in %s: the next code, and no word of the old ceremony is taken',
    (_name, bring) => {
      const driver = bring(confirming(waiting()))
      const late = answered(driver)
      driver.feed({ type: 'ended', end: { kind: 'closed' } })
      expect(types(driver).slice(-2)).toEqual(['code-expired', 'connecting'])
      expect(driver.state.passkey.name).toBe('idle')
      expect([...driver.timers.keys()]).not.toContain('passkey')
      driver.receive(pairDevice())
      expect(hellos(driver)).toHaveLength(2)
      expect(driver.feed(late)).toEqual([])
    },
  )

  it.each(states.slice(0, 4))('refresh() in %s starts over on a new connection', (_name, bring) => {
    const driver = bring(alone())
    driver.feed({ type: 'refresh' })
    expect(driver.state.passkey.name).toBe('idle')
    expect(count(driver, 'connect')).toBe(2)
  })

  it('refresh() once the new secret is out waits for the account', () => {
    const driver = toNext(alone())
    expect(driver.feed({ type: 'refresh' })).toEqual([])
    driver.receive(underNew(driver))
    expect(last(types(driver))).toBe('paired')
  })

  it.each(states)('cancel in %s ends it', (_name, bring) => {
    const driver = bring(alone())
    driver.feed({ type: 'cancel', error: CANCELLED })
    expect(failure(driver)).toMatchObject({ code: 'cancelled' })
    expect(driver.timers.size).toBe(0)
  })

  it('the account’s word in a code’s ceremony is still the code’s while no new secret is out', () => {
    const driver = toAsked(confirming(waiting()))
    driver.receive(proof(driver))
    expect(last(types(driver))).toBe('paired')
    expect(PHONE.identity.public).toHaveLength(32)
  })

  it('a stanza of another kind in the ceremony goes its usual way', () => {
    const driver = toAsked(alone())
    expect(driver.receive(node('message', { id: '1' }))).toEqual([])
  })
})
