// Faults that matter, to be put into the sources: a fuzz that does not find them proves nothing.

export interface Mutant {
  readonly name: string
  /** What would follow from it. */
  readonly about: string
  /** In src/; the line must be there exactly once, or the mutant is refused. */
  readonly file: string
  readonly line: string
  readonly becomes: string
  /** Changed stanzas and frames within which it has to be found. */
  readonly within: number
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'early-code',
    about: 'shows the code as soon as it is asked for, before WhatsApp accepted it',
    file: 'linking/machine/code.ts',
    line: "    setTimer('answer', ANSWER_MS),",
    becomes:
      "    setTimer('answer', ANSWER_MS), emit({ type: 'code', code: displayCode(code.prepared.code), expiresAt: new Date(now + settings.codeTtlMs), number: state.codes }),",
    within: 3_000,
  },
  {
    name: 'foreign-ref',
    about: 'takes the answer of a phone to another code',
    file: 'linking/machine/confirmation.ts',
    line: '  if (Buffer.compare(hello.ref, code.ref) !== 0) return stay(state)',
    becomes: '  if (hello.ref.length === 0) return stay(state)',
    within: 10_000,
  },
  {
    name: 'unverified-signature',
    about: 'stores an account whose signature over our keys was never verified',
    file: 'linking/pair-success.ts',
    line: '  if (!verify(identity.accountSignatureKey, signedByAccount, identity.accountSignature)) return undefined',
    becomes: '  verify(identity.accountSignatureKey, signedByAccount, identity.accountSignature)',
    within: 10_000,
  },
  {
    name: 'early-reply',
    about: 'sends our last word before the store has confirmed',
    file: 'linking/machine/pairing.ts',
    line: "  if (pairing.name !== 'signing' && pairing.name !== 'storing') return stay(state)",
    becomes:
      "  if (pairing.name === 'storing') return stored(state)\n  if (pairing.name !== 'signing') return stay(state)",
    within: 10_000,
  },
  {
    name: 'any-sender',
    about: 'takes the answer to a question of ours from anybody',
    file: 'linking/iq.ts',
    line: "  return attrs.from === S_WHATSAPP_NET && (attrs.type === 'result' || attrs.type === 'error')",
    becomes: "  return S_WHATSAPP_NET !== '' && (attrs.type === 'result' || attrs.type === 'error')",
    within: 40_000,
  },
  {
    name: 'fourth-answer',
    about: 'takes answers to one code without end, each of which starts its minute anew',
    file: 'linking/machine/confirmation.ts',
    line: '  if (now > code.expiresAt || code.accepted >= MAX_ANSWERS) return stay(state)',
    becomes: '  if (now > code.expiresAt || code.accepted >= 2 * MAX_ANSWERS) return stay(state)',
    within: 40_000,
  },
  {
    name: 'after-the-end',
    about: 'goes on when the attempt is over',
    file: 'linking/machine/step.ts',
    line: '  if (state.over) return stay(state)',
    becomes: "  if (state.over && input.type !== 'node') return stay(state)",
    within: 3_000,
  },
]
