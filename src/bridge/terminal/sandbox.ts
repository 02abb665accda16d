import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { codeOf } from '../refusal.ts'
import type { Region } from '../policy/region.ts'
import { within } from '../policy/region.ts'

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
/** In an allowed folder these start programs when another program reads them: there they are shown, not changed. */
const unchanged = ['.mcp.json', '.cursor/mcp.json', '.vscode/mcp.json', '.claude/settings.json', '.claude/settings.local.json'] as const

export interface SandboxPlan {
  readonly program: string
  readonly region: Region
  readonly readOnly: boolean
  readonly home: string
  readonly cwd: string
  /** The node that runs us; its folder is shown when it is a whole installation of its own. */
  readonly execPath: string
}

const exact = (path: string): string => path

function kind(path: string): 'file' | 'directory' | 'link' | null {
  try {
    const facts = lstatSync(path)
    return facts.isSymbolicLink() ? 'link' : facts.isDirectory() ? 'directory' : 'file'
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}

const systemPart = (path: string): string[] => {
  const found = kind(path)
  if (found === 'link') return ['--symlink', readlinkSync(path), path]
  return found === 'directory' ? ['--ro-bind', path, path] : []
}

/** A node under nvm or fnm lies in the home folder: its own installation is shown, never a folder that holds anything else. */
function nodeFolder(execPath: string, home: string): string[] {
  const prefix = dirname(dirname(execPath))
  if (prefix === '/usr' || prefix === '/' || within(home, prefix, exact) || kind(join(prefix, 'lib', 'node_modules', 'npm')) === null)
    return []
  return ['--ro-bind', prefix, prefix]
}

const hide = (path: string): string[] => {
  const found = kind(path)
  if (found === null) return []
  const real = found === 'link' ? realpathSync(path) : path
  return statSync(real).isDirectory() ? ['--tmpfs', real] : ['--ro-bind', '/dev/null', real]
}

/**
 * The words that put a command into a sandbox of its own: programs read-only, the allowed folders, nothing else of the
 * disk, no network, no other process, no way to outlive us.
 */
export function sandboxWords(plan: SandboxPlan): string[] {
  const { region, home } = plan
  const roots = region.open.filter((root) => kind(root) === 'directory')
  const closed = region.closed.filter((path) => roots.some((root) => within(path, root, exact)))
  const again = region.reopened.filter(
    (path) => kind(path) === 'directory' && roots.some((root) => within(path, root, exact) || root === path),
  )
  const bind = (path: string): string[] => [plan.readOnly ? '--ro-bind' : '--bind', path, path]
  return [
    plan.program,
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
    ...roots.flatMap(bind),
    ...closed.flatMap(hide),
    ...again.flatMap(bind),
    ...roots.flatMap((root) =>
      unchanged
        .map((name) => join(root, name))
        .filter((path) => kind(path) === 'file')
        .flatMap((path) => ['--ro-bind', path, path]),
    ),
    ...['--chdir', plan.cwd],
    '--',
  ]
}
