/** Path from the root → text, for every file of src/web/made. */
export function madeAssets(): Promise<ReadonlyMap<string, string>>
