import { type Html, html } from './html.ts'

/** A page of plain HTML, in English. */
export function plainPage(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
<title>${title}</title></head>
<body><main>${body}</main></body>
</html>
`.html
}
