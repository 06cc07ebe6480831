import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Holder, isSame, lifeOf, thisProcess } from '../../src/store/holder.ts'

const onLinux = process.platform === 'linux'

describe('the holder of a lease', () => {
  const self = thisProcess()

  it('is this process, alive', () => {
    expect(self.pid).toBe(process.pid)
    expect(lifeOf(self, self)).toBe('alive')
    expect(isSame(self, thisProcess())).toBe(true)
  })

  it.runIf(onLinux)('is told from a later process with the same id by its start time', () => {
    const startedAt = Number(readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ')[19])
    expect(self.startedAt).toBe(startedAt)
    expect(lifeOf({ ...self, startedAt: startedAt - 1 }, self)).toBe('dead')
    expect(isSame({ ...self, startedAt: startedAt - 1 }, self)).toBe(false)
  })

  it('is dead when no process has its id', async () => {
    const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' })
    await once(child, 'exit')
    expect(lifeOf({ ...self, pid: child.pid ?? 0 }, self)).toBe('dead')
  })

  it.runIf(onLinux)('is dead as soon as it was killed, even while nobody has waited for it', async () => {
    // The shell does not wait for its child: killed, it stays in the table as a zombie.
    const shell = spawn('sh', ['-c', `${process.execPath} -e 'setInterval(()=>{},1e3)' & echo $!; exec sleep 60`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    try {
      const [line] = await once(shell.stdout, 'data')
      const pid = Number(String(line).trim())
      const holder: Holder = { ...self, pid, startedAt: null }
      expect(lifeOf(holder, self)).toBe('alive')
      // Until it has become `sleep`, the shell may still collect its child.
      await expect.poll(() => readFileSync(`/proc/${shell.pid}/comm`, 'utf8').trim()).toBe('sleep')
      process.kill(pid, 'SIGKILL')
      await expect.poll(() => lifeOf(holder, self)).toBe('dead')
      expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ')
    } finally {
      shell.kill('SIGKILL')
    }
  })

  it('counts as alive when its start is not known but its id is in use', () => {
    expect(lifeOf({ ...self, startedAt: null }, self)).toBe('alive')
  })

  it('cannot be judged from another host or container', () => {
    expect(lifeOf({ ...self, processes: 'elsewhere' }, self)).toBe('unknown')
  })
})
