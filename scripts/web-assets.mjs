// What the pages load, made ready to be served: src/web/client/*.ts and src/web/look/*.css → src/web/made/*.ts, each a small
// text and a name that changes with it. The results are kept with the sources: `node scripts/web-assets.mjs` after a change;
// a test tells when that was forgotten.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { isMain, root } from './programs.mjs'

/** Name in made/ → sources under src/web/. */
const STYLES = {
  'link-style': ['look/base.css', 'look/link.css'],
  'panel-style': ['look/base.css', 'look/panel.css'],
}
const SCRIPTS = { 'link-script': 'client/link.ts', 'panel-script': 'client/panel.ts' }

/** Path from the root → text, for every made file. */
export async function madeAssets() {
  const made = new Map()
  for (const [name, files] of Object.entries(STYLES)) {
    const text = files.map((file) => readFileSync(join(root, 'src/web', file), 'utf8')).join('\n')
    made.set(...moduleOf(name, 'css', 'text/css; charset=utf-8', smallStyle(text)))
  }
  for (const [name, file] of Object.entries(SCRIPTS))
    made.set(...moduleOf(name, 'js', 'text/javascript; charset=utf-8', await smallScript(join(root, 'src/web', file))))
  return made
}

async function smallScript(input) {
  const build = await rolldown({ input, platform: 'browser', tsconfig: false })
  try {
    const { output } = await build.generate({ format: 'iife', minify: true })
    return output[0].code.trim()
  } finally {
    await build.close()
  }
}

/** Without comments and the space that means nothing; no string in these files has any of it. */
function smallStyle(css) {
  return css
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([{};,]) ?/g, '$1')
    .replaceAll(/: /g, ':')
    .replaceAll(';}', '}')
    .trim()
}

function moduleOf(name, extension, type, text) {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 10)
  const constant = name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase())
  const lines = [
    '// Made by scripts/web-assets.mjs. Change the sources, not this file.',
    "import type { Asset } from '../asset.ts'",
    '',
    `export const ${constant}: Asset = {`,
    `  name: '${name}.${hash}.${extension}',`,
    `  type: '${type}',`,
    `  text: ${JSON.stringify(text)},`,
    '}',
    '',
  ]
  return [`src/web/made/${name}.ts`, lines.join('\n')]
}

if (isMain(import.meta.url)) {
  for (const [file, text] of await madeAssets()) writeFileSync(join(root, file), text)
}
