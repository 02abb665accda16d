import { execFile } from 'node:child_process'
import { constants, existsSync } from 'node:fs'
import { accessTrouble } from '../../base/access.ts'
import { readProc, userOf } from '../../base/proc.ts'
import { limits } from '../../base/limits.ts'
import type { Quotas } from '../../base/settings.ts'

const places = ['/usr/bin/systemd-run', '/bin/systemd-run'] as const

/** A cgroup for each command, where the systemd of a user's session makes one; the kernel counts in it whatever they use. */
export interface Scope {
  readonly words: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** The folder of a process's cgroup (cgroups(7), version 2); null: it has none of its own. */
export function cgroupOf(pid: number | 'self'): string | null {
  const [, path] = /^0::(\/.+)$/m.exec(readProc(`/proc/${pid}/cgroup`)) ?? []
  return path === undefined ? null : `/sys/fs/cgroup${path}`
}

/** The words by which systemd puts a command into a scope of its own (systemd-run(1), systemd.resource-control(5)). */
const scopeWords = (program: string, { memoryBytes, tasks }: Quotas): string[] => [
  ...[program, '--user', '--scope', '--quiet', '--collect'],
  ...['-p', `MemoryMax=${memoryBytes}`, '-p', 'MemorySwapMax=0', '-p', `TasksMax=${tasks}`, '--'],
]

/** Tried, not believed: many sessions have no systemd, or one that may not limit memory. Null: there is no such scope. */
export async function findScope(variables: Readonly<Record<string, string | undefined>>, quotas: Quotas): Promise<Scope | null> {
  const program = places.find((path) => accessTrouble(path, constants.X_OK) === '')
  const runtime = variables.XDG_RUNTIME_DIR ?? `/run/user/${userOf('self')}`
  if (program === undefined || !existsSync(runtime)) return null
  const bus = variables.DBUS_SESSION_BUS_ADDRESS
  const env = { XDG_RUNTIME_DIR: runtime, ...(bus !== undefined && { DBUS_SESSION_BUS_ADDRESS: bus }) }
  const [file = '', ...args] = scopeWords(program, quotas)
  const script = 'cat "/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/memory.max"'
  const said = await new Promise<string>((resolve) => {
    execFile(file, [...args, '/bin/sh', '-c', script], { env: { ...env, PATH: '/usr/bin:/bin' }, timeout: limits.scopeMs }, (_, stdout) =>
      resolve(stdout),
    )
  })
  return said.trim() === String(quotas.memoryBytes) ? { words: [file, ...args], env } : null
}
