/** The part of a pino logger that this package uses; Baileys takes the same shape. */
export interface Logger {
  level: string
  child(bindings: object): Logger
  trace(o: unknown, m?: string): void
  debug(o: unknown, m?: string): void
  info(o: unknown, m?: string): void
  warn(o: unknown, m?: string): void
  error(o: unknown, m?: string): void
}

const nothing = (): void => {}

/** The default: a library does not print unless it is asked to. */
export const silentLogger: Logger = {
  level: 'silent',
  child: () => silentLogger,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
}
