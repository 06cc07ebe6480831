// Everything that the pages load, for the server to hand out.
import type { Asset } from './asset.ts'
import { linkScript } from './made/link-script.ts'
import { linkStyle } from './made/link-style.ts'

export const ASSETS: readonly Asset[] = [linkScript, linkStyle]
