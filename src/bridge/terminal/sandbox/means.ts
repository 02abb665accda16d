import { execFile } from 'node:child_process'
import { constants, existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { arch } from 'node:os'
import { accessTrouble } from '../../base/access.ts'
import { limits } from '../../base/limits.ts'
import { readProc, userOf } from '../../base/proc.ts'
import type { Quotas, Settings } from '../../base/settings.ts'
import { callFilter } from './call-filter.ts'
import { type GitSettings, writeGitSettings } from './git-settings.ts'

const systemdPlaces = ['/usr/bin/systemd-run', '/bin/systemd-run'] as const

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
async function findScope(variables: Readonly<Record<string, string | undefined>>, quotas: Quotas): Promise<Scope | null> {
  const program = systemdPlaces.find((path) => accessTrouble(path, constants.X_OK) === '')
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

const places = ['/usr/bin/bwrap', '/bin/bwrap', '/usr/local/bin/bwrap'] as const
/** The program that makes the sandbox; null: it is not installed. Whether it may do so is known only when it is tried. */
export const sandboxProgram = (): string | null => places.find((path) => accessTrouble(path, constants.X_OK) === '') ?? null
/** Root may write /proc/sys in any sandbox of bubblewrap, and core_pattern there names a program that runs outside. */
export const isRoot = (): boolean => userOf('self') === 0

/** The programs and features of this machine that a sandbox can use. */
export interface SandboxMeans {
  readonly program: string
  /** The filter of system calls. */
  readonly filter: Buffer
  /** Folders in memory can be of a fixed size. */
  readonly sizes: boolean
  /** Null: what a command uses is watched, not limited by the kernel. */
  readonly scope: Scope | null
  readonly git: readonly GitSettings[]
}

/** Finds them out; a sentence where there can be no sandbox. `folder`: our own, which no command sees. */
export async function findMeans(
  { platform, variables, self, random }: Settings,
  folder: string,
  quotas: Quotas,
): Promise<SandboxMeans | string> {
  const program = sandboxProgram()
  const filter = callFilter(arch())
  if (platform !== 'linux') return 'it exists on Linux and WSL only'
  if (program === null) return 'bubblewrap is not installed (sudo apt install bubblewrap)'
  if (isRoot()) return 'it does not hold root, who may change settings of the kernel in it; start the bridge as an ordinary user'
  if (filter === null) return `no filter of system calls is known for this kind of processor (${arch()})`
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const [sizes, scope, git] = await Promise.all([
    hasSizes(program),
    findScope(variables, quotas),
    writeGitSettings(folder, self.home, (bytes) => random(bytes)),
  ])
  return { program, filter, sizes, scope, git }
}

/** bubblewrap makes folders in memory of a fixed size since 0.7. */
const hasSizes = (program: string): Promise<boolean> =>
  new Promise((resolve) => {
    execFile(program, ['--help'], { timeout: limits.probeMs }, (_, stdout) => resolve(stdout.includes('--size ')))
  })
