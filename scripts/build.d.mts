/** Rejects with tsc's findings; dist/ then stays as it was. Nothing happens when nothing changed, unless `force`. */
export function build(options?: { readonly force?: boolean }): Promise<void>
