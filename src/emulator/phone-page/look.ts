/** Of our own, on purpose: nobody may take this for WhatsApp. */
export const LOOK = `
:root { color-scheme: light dark; --desk: #e7e3ee; --paper: #fffefb; --ink: #201e26; --quiet: #5d5968; --line: #d9d4cb; --edge: #858090; --accent: #41419f; --on-accent: #fff; --tint: #ecebf8; --warn: #8f3410; --warn-tint: #fcefe6 }
@media (prefers-color-scheme: dark) { :root { --desk: #121117; --paper: #201f26; --ink: #f0eef5; --quiet: #b5b0c1; --line: #3b3946; --edge: #8d8899; --accent: #b9bcff; --on-accent: #17173f; --tint: #2f2e44; --warn: #ffb997; --warn-tint: #37241b } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; background: var(--desk); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
.banner { position: sticky; top: 0; z-index: 1; margin: 0; padding: .45rem 1rem; background: #ffd23f; color: #201e26; font-weight: 700; text-align: center }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem .5rem; margin: 0; padding: 0; list-style: none }
#phones { max-width: 25rem; margin: 0 auto; padding: .75rem 1rem 0 }
nav a { display: inline-flex; gap: .4rem; align-items: center; min-height: 2.75rem; padding: .25rem .9rem; border: 1px solid transparent; border-radius: 2rem; color: var(--ink); text-decoration: none }
nav a:hover { text-decoration: underline }
nav a[aria-current] { border-color: var(--edge); background: var(--paper); font-weight: 700 }
.dot { padding: 0 .5rem; border-radius: 1rem; background: var(--warn); color: var(--paper); font-size: .8rem; font-weight: 600 }
main { max-width: 25rem; margin: .75rem auto; padding: 1rem; background: var(--paper) }
.phone { display: flex; flex-direction: column; min-height: 34rem; padding: 0 }
.owner { display: flex; justify-content: space-between; gap: .2rem 1rem; flex-wrap: wrap; margin: 0; padding: .4rem 1.1rem; border-bottom: 1px solid var(--line); color: var(--quiet); font-size: .85rem; font-variant-numeric: tabular-nums }
.phone > header { display: flex; align-items: center; gap: .5rem; padding: .6rem 1.1rem }
h1 { margin: 0; font-size: 1.35rem; line-height: 1.3 }
h2 { margin: 1.25rem 0 .5rem; font-size: 1.05rem }
.back { display: inline-grid; place-items: center; width: 2.75rem; height: 2.75rem; margin-left: -.8rem; color: var(--accent); font-size: 2rem; line-height: 1; text-decoration: none }
.screen { flex: 1; display: flex; flex-direction: column; padding: 0 1.1rem 1rem }
#live:has(.texts, + .write) { flex: 1 0 auto }
.nobreak { white-space: nowrap }
p { margin: 0 0 .8rem }
.quiet { color: var(--quiet) }
.middle { margin-top: 2rem; text-align: center }
.rows { margin: 0; padding: 0; list-style: none }
.rows li { border-bottom: 1px solid var(--line); padding: .6rem 0 }
.rows li > a { display: block; padding: .2rem 0; color: inherit; text-decoration: none }
.rows li > a:hover strong { text-decoration: underline }
.rows .quiet { display: block; font-size: .9rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.rows li:has(form) { display: flex; justify-content: space-between; align-items: center; gap: 1rem }
.rows form { margin: 0 }
.card, .done, .warning { margin: 0 0 1rem; padding: .8rem 1rem; border-radius: .9rem; background: var(--tint) }
.card { border: 2px solid var(--accent) }
.card p:last-child { margin: 0 }
.warning { background: var(--warn-tint); border-left: .3rem solid var(--warn) }
label { display: block; margin-bottom: .3rem; font-weight: 600 }
input, textarea { width: 100%; min-height: 2.9rem; margin: 0 0 .75rem; padding: .5rem .8rem; border: 1px solid var(--edge); border-radius: .6rem; background: var(--paper); color: inherit; font: inherit }
[aria-invalid] { border: 2px solid var(--warn) }
.code { font: 700 1.5rem/1.4 ui-monospace, monospace; letter-spacing: .15em; text-align: center; text-transform: uppercase }
.code::placeholder { font-weight: 400; opacity: .55 }
button, .button { display: block; width: 100%; min-height: 2.9rem; padding: .55rem 1rem; border: 1px solid var(--accent); border-radius: .7rem; background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer }
button.second { border-color: var(--edge); background: transparent; color: var(--ink) }
button:disabled { opacity: .6 }
.rows button { width: auto; white-space: nowrap }
.texts { display: flex; flex-direction: column; gap: .4rem; margin: 0 0 1rem; padding: 0; list-style: none }
.texts li { max-width: 85%; padding: .45rem .8rem; border-radius: .9rem; background: var(--tint); white-space: pre-line }
.texts .theirs { align-self: flex-start; border-bottom-left-radius: .2rem }
.texts .mine { align-self: flex-end; border: 1px solid var(--line); border-bottom-right-radius: .2rem; background: transparent }
.texts time { margin-left: .5rem; color: var(--quiet); font-size: .75rem }
.write { display: flex; gap: .5rem }
.write input { margin: 0 }
.write button { width: auto; white-space: nowrap }
.tabs { padding: .5rem 1rem; border-top: 1px solid var(--line) }
.tabs ul { justify-content: space-around }
.tabs a[aria-current] { border-color: transparent; background: var(--tint) }
.add { max-width: 25rem; margin: 0 auto 2rem; padding: 0 1.1rem }
.add summary { min-height: 2.75rem; padding: .5rem 0; cursor: pointer }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
@media (min-width: 30rem) { .phone { border: .6rem solid #2c2a33; border-radius: 2rem; overflow: hidden } }
`
