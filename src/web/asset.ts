/** A file that pages load. Its name changes with its text, so that it can be kept by browsers for ever. */
export interface Asset {
  readonly name: string
  /** Media type. */
  readonly type: string
  readonly text: string
}

/** Where a page finds it. `base`: path that the server is mounted under. */
export function assetUrl(base: string, { name }: Asset): string {
  return `${base}/assets/${name}`
}
