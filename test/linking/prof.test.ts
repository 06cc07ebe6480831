import fc from 'fast-check'
import { test } from 'vitest'
import { play, schedules } from './machine-schedules.ts'
test('stat', () => {
  const n = new Map<string, number>(); let len=0; const lens:number[]=[]
  const reached=new Map<string,number>()
  for (const x of fc.sample(schedules('possible'), 1000)) { len+=x.actions.length; lens.push(x.actions.length); 
    try { const d=play(x,'possible',false); const e=d.outcome; n.set(e?.type==='fail'?`${e.error.code} ${e.error.message.slice(0,40)}`:String(e?.type),(n.get(e?.type==='fail'?`${e.error.code} ${e.error.message.slice(0,40)}`:String(e?.type))??0)+1)
    for (const s of new Set([...d.met].map(m=>m.split(' × ')[0]!))) reached.set(s,(reached.get(s)??0)+1) } catch {} }
  lens.sort((a,b)=>a-b)
  console.log(len/1000, lens[250], lens[500], lens[750], [...n].sort((a,b)=>b[1]-a[1]), [...reached].sort((a,b)=>b[1]-a[1]))
}, 100000)
