// Everything that the pages load, for the server to hand out.
import type { Asset } from './asset.ts'
import { linkScript } from './made/link-script.ts'
import { linkStyle } from './made/link-style.ts'
import { panelScript } from './made/panel-script.ts'
import { panelStyle } from './made/panel-style.ts'

export const ASSETS: readonly Asset[] = [linkScript, linkStyle, panelScript, panelStyle]
