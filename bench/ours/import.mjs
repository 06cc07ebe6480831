// One fresh process that loads one module, or none (bare Node). MODULE. Prints one line of JSON: {"loaded"}, ms since the
// process began.
const { MODULE } = process.env
if (MODULE !== '') await import(MODULE)
console.log(JSON.stringify({ loaded: performance.now() }))
process.exit(0)
