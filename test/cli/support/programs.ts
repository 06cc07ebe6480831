// Programs of the system that a test can do without.
import { spawnSync } from 'node:child_process'

export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined
}
