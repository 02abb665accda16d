import { readlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { within } from '../../policy/region.ts'
import type { GitSettings } from './git.ts'
import { kindOf } from './layout.ts'
import type { Quotas } from '../../base/settings.ts'
import { type SandboxStep, wordsOf } from './steps.ts'

/** What of `/etc` programs need to start and to name users; nothing that holds a secret. */
const settings = [
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'passwd',
  'group',
  'nsswitch.conf',
  'hosts',
  'localtime',
  'timezone',
  'alternatives',
  'ssl/certs',
  'ssl/openssl.cnf',
  'pki',
  'ca-certificates',
  'mime.types',
  'services',
  'protocols',
  'bash.bashrc',
  'profile',
  'terminfo',
  'python3',
  'java-17-openjdk',
  'os-release',
  'debian_version',
] as const
const systemFolders = ['/bin', '/sbin', '/lib', '/lib64', '/lib32', '/libx32'] as const

/** Descriptors that a sandbox is started with: the filter, what bubblewrap says of itself, and the gate before the command. */
export const descriptors = { filter: 3, info: 4, gate: 5 } as const

export interface SandboxPlan {
  readonly program: string
  /** Words before it, by which the system counts what runs in it; none where we count. */
  readonly scope: readonly string[]
  readonly cwd: string
  readonly home: string
  readonly steps: readonly SandboxStep[]
  readonly git: readonly GitSettings[]
  readonly quotas: Quotas
  /** The bubblewrap here can make folders of a fixed size. */
  readonly sizes: boolean
  /** The node that runs us; its folder is shown when it is a whole installation of its own. */
  readonly execPath: string
}

const exact = (path: string): string => path

const systemPart = (path: string): string[] => {
  const found = kindOf(path)
  if (found === 'link') return ['--symlink', readlinkSync(path), path]
  return found === 'folder' ? ['--ro-bind', path, path] : []
}

/** A node under nvm or fnm lies in the home folder: its own installation is shown, never a folder that holds anything else. */
export function nodeSteps(execPath: string, home: string): SandboxStep[] {
  const at = dirname(dirname(execPath))
  if (at === '/usr' || at === '/' || within(home, at, exact) || kindOf(join(at, 'lib', 'node_modules', 'npm')) === null) return []
  return [{ at, make: 'bind', write: false }]
}

/**
 * What runs first inside. It sets what all else inherits, says that it is there, and waits at the gate until the layout has
 * been looked at. dash calls the number of processes -p, bash -u; the kernel counts them for each sandbox since 5.14
 * (user namespaces' ucounts), before that for the user as a whole.
 */
const firstInside = (tasks: number): string =>
  [
    `ulimit -u ${tasks} 2>/dev/null || ulimit -p ${tasks} 2>/dev/null`,
    '{ echo 900 >/proc/self/oom_score_adj; } 2>/dev/null',
    `echo >&${descriptors.gate}; read -r go <&${descriptors.gate} || exit 126; exec ${descriptors.gate}>&-; unset go`,
    'exec "$@"',
  ].join('; ')

/** Folders of a sandbox that lie in memory: those that are not laid out from the disk. */
export const foldersInMemory = (home: string, steps: readonly SandboxStep[]): string[] =>
  ['/tmp', '/dev/shm', home].filter((path) => !steps.some(({ at, make }) => make === 'bind' && within(path, at, exact)))

/** How many words come between `--` and the program of the command. */
export const wordsInside = 4

/**
 * The words that put a command into a sandbox of its own: programs read-only, the allowed folders, nothing else of the
 * disk, no network, no other process, no way to outlive us. All else that can be written is of a fixed size.
 */
export function sandboxWords(plan: SandboxPlan): string[] {
  const { home, quotas, sizes } = plan
  const folder = (path: string, bytes: number) => [...(sizes ? ['--size', String(bytes)] : []), '--tmpfs', path]
  return [
    ...plan.scope,
    plan.program,
    ...['--seccomp', String(descriptors.filter), '--info-fd', String(descriptors.info)],
    ...['--unshare-all', '--die-with-parent', '--new-session'],
    ...['--cap-drop', 'ALL'],
    ...['--hostname', 'sandbox'],
    // A scope is found by these; inside they lead nowhere.
    ...['--unsetenv', 'XDG_RUNTIME_DIR', '--unsetenv', 'DBUS_SESSION_BUS_ADDRESS'],
    ...['--ro-bind', '/usr', '/usr'],
    ...systemFolders.flatMap(systemPart),
    ...settings.flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    ...plan.git.flatMap(({ source, at }) => ['--ro-bind', source, at]),
    ...['--proc', '/proc', '--dev', '/dev', ...folder('/dev/shm', quotas.homeBytes), '--remount-ro', '/dev'],
    ...[...folder('/tmp', quotas.tmpBytes), '--symlink', '../tmp', '/var/tmp', '--dir', '/run', ...folder(home, quotas.homeBytes)],
    ...[...nodeSteps(plan.execPath, home), ...plan.steps].flatMap(wordsOf),
    ...['--remount-ro', '/'],
    ...['--chdir', plan.cwd],
    '--',
    ...['/bin/sh', '-c', firstInside(quotas.tasks), 'sh'],
  ]
}
