import type { Environment } from '../../model/environment.ts'
import { programsAnywhere, programsInProjects, programsOnMac, programsOnWindows } from './programs.ts'
import { separatorOf } from './region.ts'

/** Folders and files below a user's home that hold keys or logins; `programs.ts` names the settings of what starts programs. */
const private_ = [
  ...programsAnywhere,
  '.claude',
  '.claude.json',
  '.ssh',
  '.gnupg',
  '.aws',
  '.azure',
  '.kube',
  '.docker',
  '.password-store',
  '.oci',
  '.terraform.d',
  '.config/gcloud',
  '.config/gh',
  '.config/hub',
  '.config/op',
  '.config/sops',
  '.config/rclone',
  '.config/claude',
  '.config/Claude',
  '.config/google-chrome',
  '.config/chromium',
  '.config/BraveSoftware',
  '.config/microsoft-edge',
  '.mozilla',
  '.thunderbird',
  '.local/share/keyrings',
  '.local/share/kwalletd',
  '.netrc',
  '_netrc',
  '.npmrc',
  '.yarnrc.yml',
  '.pypirc',
  '.git-credentials',
  '.gem/credentials',
  '.cargo/credentials.toml',
  '.m2/settings.xml',
  '.pgpass',
  '.my.cnf',
  '.vault-token',
  '.bash_history',
  '.zsh_history',
  '.node_repl_history',
  '.python_history',
]
const macPrivate = [...programsOnMac, 'Library/Keychains', 'Library/Application Support/Google/Chrome', 'Library/Cookies']
const windowsPrivate = [
  ...programsOnWindows,
  'AppData/Roaming/Microsoft/Credentials',
  'AppData/Local/Microsoft/Credentials',
  'AppData/Roaming/Microsoft/Protect',
  'AppData/Local/Google/Chrome/User Data',
  'AppData/Local/Microsoft/Edge/User Data',
  'AppData/Roaming/Mozilla',
  'AppData/Roaming/gnupg',
  'AppData/Roaming/GitHub CLI',
  'AppData/Roaming/npm/etc',
  'AppData/Roaming/gcloud',
]
const everywhere = [...private_, ...macPrivate, ...windowsPrivate]

/** Interfaces of the kernel, not files of the user. */
const kernel = ['/proc', '/sys', '/dev'] as const
export const isKernel = (path: string): boolean => kernel.some((folder) => `${path}/`.startsWith(`${folder}/`))

/**
 * Project files in which an entry means a program that is started, wherever they lie: by name, since no list of projects
 * exists.
 */
const projectFile = new RegExp(`[\\\\/](${programsInProjects.map(asPattern).join('|')})([\\\\/]|$)`, 'i')

/**
 * The private copies of Claude's folder that its Windows packages have, of both families (`Claude_…`, `AnthropicPBC.Claude_…`):
 * a family ends in its publisher's hash, so it is matched, not listed.
 */
const packaged = /[\\/]AppData[\\/]Local[\\/]Packages[\\/](?:AnthropicPBC\.)?Claude_[^\\/]*([\\/]|$)/i

/** Claude Desktop's config, wherever it lies: `CLAUDE_USER_DATA_DIR` moves it to any folder, of this side or another. */
const desktopConfig = /[\\/]claude_desktop_config\.json$/i

/** The same folders in a Windows profile, as it is reached from anywhere: which one is the user's need not be known. */
const inProfile = new RegExp(`[\\\\/]Users[\\\\/][^\\\\/]+[\\\\/](${everywhere.map(asPattern).join('|')})([\\\\/]|$)`, 'i')

/** Our own folder in a profile holds keys; where it is home's, the workspace in it is open all the same. */
const ourFolder = /[\\/]Users[\\/][^\\/]+[\\/]\.mcp-twin(?![\\/]bridge[\\/]workspace([\\/]|$))([\\/]|$)/i

function asPattern(path: string): string {
  return path.replace(/[.*+?^${}()|[\]]/g, '\\$&').replaceAll('/', '[\\\\/]')
}

/** Folders whose name is a part of what makes something in them one of those: `.kiro` and `.kiro/settings` of `.kiro/settings/mcp.json`. */
const meaningful = programsInProjects.flatMap((path) => {
  const names = path.split('/')
  return names.slice(1).map((_, at) => ({
    folder: new RegExp(`[\\\\/]${asPattern(names.slice(0, at + 1).join('/'))}$`, 'i'),
    below: names.slice(at + 1).join('/'),
  }))
})

/**
 * A path in a Windows profile, and what of it lies below the profile. Profiles lie in `Users` of a drive, whose name is
 * one letter wherever it is mounted, or of the whole disk (macOS); a project's own `src/users` is not that.
 */
const profile = /^(?:.*?[\\/])??(?:[a-z]:?)?[\\/]Users(?:[\\/][^\\/]+(?:[\\/](.*))?)?$/i

/**
 * What would be closed in a folder because of the folder's own name: by moving the folder it would get, or lose, that
 * meaning. Paths that may exist; for a part of a Windows profile the folder itself.
 */
export function closedBelow(folder: string): string[] {
  const separator = separatorOf(folder)
  const files = meaningful.flatMap((each) =>
    each.folder.test(folder) ? [`${folder}${separator}${each.below.replaceAll('/', separator)}`] : [],
  )
  const found = profile.exec(folder)
  if (found === null) return files
  const below = (found[1] ?? '').replaceAll('\\', '/').toLowerCase()
  const holds = [...everywhere, 'AppData/Local/Packages/Claude_', '.mcp-twin'].some((path) =>
    path.toLowerCase().startsWith(below === '' ? '' : `${below}/`),
  )
  return holds ? [...files, folder] : files
}

/** True for files that are closed by their name, wherever they are. */
export const closedByName = (path: string): boolean =>
  [projectFile, desktopConfig, packaged, inProfile, ourFolder].some((pattern) => pattern.test(path))

/** What is closed below one user's home, as this process opens it. */
export function privatePaths(home: string, kind: Environment['kind']): string[] {
  const separator = separatorOf(home)
  const more = kind === 'windows' ? windowsPrivate : kind === 'macos' ? macPrivate : []
  const names = [...private_, ...more]
  const below = names.map((name) => `${home}${separator}${name.replaceAll('/', separator)}`)
  return home.startsWith('/') ? [...below, ...kernel] : below
}
