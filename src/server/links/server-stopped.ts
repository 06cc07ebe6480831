import { LinkError } from '../../errors.ts'

/** A link that ended because its server did: nobody cancelled it, and who waited is told so. */
export class ServerStopped extends LinkError {
  constructor(message: string, advice: string) {
    super('cancelled', message, { advice })
  }
}
