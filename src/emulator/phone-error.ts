export type PhoneErrorCode = 'no-request' | 'wrong-code' | 'expired' | 'timeout' | 'refused'

/**
 * Why the phone could not do what its person asked for. `no-request`: nothing is waiting to be linked (never asked, or
 * its connection closed) · `wrong-code`: the companion answered, and the code does not open its answer · `expired`: the
 * code or QR is over · `timeout`: the companion did not answer in 60 s · `refused`: the companion or the server said
 * no.
 */
export class PhoneError extends Error {
  readonly code: PhoneErrorCode

  constructor(code: PhoneErrorCode, message: string) {
    super(message)
    this.name = 'PhoneError'
    this.code = code
  }
}
