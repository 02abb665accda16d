import { readlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { within } from '../policy/region.ts'
import { type FolderPlan, folderWords, kindOf } from './sandbox-folders.ts'

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
  'gitconfig',
  'terminfo',
  'python3',
  'java-17-openjdk',
  'os-release',
  'debian_version',
] as const
const systemFolders = ['/bin', '/sbin', '/lib', '/lib64', '/lib32', '/libx32'] as const
export interface SandboxPlan extends FolderPlan {
  readonly program: string
  readonly cwd: string
  /** A file with the filter of system calls; null where there is none for this processor. */
  readonly filter: string | null
  /** The node that runs us; its folder is shown when it is a whole installation of its own. */
  readonly execPath: string
}

const exact = (path: string): string => path

const systemPart = (path: string): string[] => {
  const found = kindOf(path)
  if (found === 'link') return ['--symlink', readlinkSync(path), path]
  return found === 'directory' ? ['--ro-bind', path, path] : []
}

/** A node under nvm or fnm lies in the home folder: its own installation is shown, never a folder that holds anything else. */
function nodeFolder(execPath: string, home: string): string[] {
  const prefix = dirname(dirname(execPath))
  if (prefix === '/usr' || prefix === '/' || within(home, prefix, exact) || kindOf(join(prefix, 'lib', 'node_modules', 'npm')) === null)
    return []
  return ['--ro-bind', prefix, prefix]
}

/**
 * The words that put a command into a sandbox of its own: programs read-only, the allowed folders, nothing else of the
 * disk, no network, no other process, no way to outlive us.
 */
export function sandboxWords(plan: SandboxPlan): string[] {
  const { home } = plan
  return [
    // bubblewrap reads the filter from an open file, which a shell gives it and then is gone.
    ...(plan.filter === null ? [plan.program] : ['/bin/sh', '-c', 'exec "$@" 3<"$0"', plan.filter, plan.program, '--seccomp', '3']),
    '--unshare-all',
    '--die-with-parent',
    '--new-session',
    ...['--cap-drop', 'ALL'],
    ...['--hostname', 'sandbox'],
    ...['--ro-bind', '/usr', '/usr'],
    ...systemFolders.flatMap(systemPart),
    ...settings.flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', '--tmpfs', '/var/tmp', '--dir', '/run', '--tmpfs', home],
    ...nodeFolder(plan.execPath, home),
    ...folderWords(plan),
    ...['--chdir', plan.cwd],
    '--',
  ]
}
