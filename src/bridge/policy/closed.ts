import type { Environment } from '../../model/environment.ts'

/** Folders and files below a user's home that hold keys, logins or the settings of programs that run things. */
const private_ = [
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
  '.cursor/mcp.json',
  '.codeium',
  '.gemini',
  '.codex',
  '.cline',
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
  'Library/Keychains',
  'Library/Application Support/Claude',
  'Library/Application Support/Google/Chrome',
  'Library/Cookies',
] as const
const windowsPrivate = [
  'AppData/Roaming/Claude',
  'AppData/Local/Claude-Data',
  'AppData/Local/Claude-3p',
  'AppData/Roaming/Microsoft/Credentials',
  'AppData/Local/Microsoft/Credentials',
  'AppData/Roaming/Microsoft/Protect',
  'AppData/Local/Google/Chrome/User Data',
  'AppData/Local/Microsoft/Edge/User Data',
  'AppData/Roaming/Mozilla',
  'AppData/Roaming/gnupg',
  'AppData/Roaming/GitHub CLI',
  'AppData/Roaming/npm/etc',
  'AppData/Roaming/Code/User/mcp.json',
  'AppData/Roaming/Cursor/User/globalStorage',
  'AppData/Roaming/gcloud',
] as const

/** Interfaces of the kernel, not files of the user. */
const kernel = ['/proc', '/sys', '/dev'] as const

/**
 * Project files in which an entry means a program that is started, wherever they lie: an agent that could write them
 * could run anything (CVE-2025-54135). By name, since no list of projects exists.
 */
const projectFiles = [/[\\/]\.mcp\.json$/i, /[\\/]\.(cursor|vscode)[\\/]mcp\.json$/i, /[\\/]\.claude[\\/]settings(\.local)?\.json$/i]

/** Every store app's private copy of Claude's folder: its name has a publisher's suffix, so it is matched, not listed. */
const packaged = /[\\/]AppData[\\/]Local[\\/]Packages[\\/]Claude_[^\\/]*([\\/]|$)/i

/** The same folders in a Windows profile, as it is reached from anywhere: which one is the user's need not be known. */
const inProfile = new RegExp(
  `[\\\\/]Users[\\\\/][^\\\\/]+[\\\\/](${[...private_, ...windowsPrivate].map(asPattern).join('|')})([\\\\/]|$)`,
  'i',
)

/** Our own folder in a profile holds keys; where it is home's, the workspace in it is open all the same. */
const ourFolder = /[\\/]Users[\\/][^\\/]+[\\/]\.mcp-twin(?![\\/]bridge[\\/]workspace([\\/]|$))([\\/]|$)/i

function asPattern(path: string): string {
  return path.replace(/[.*+?^${}()|[\]]/g, '\\$&').replaceAll('/', '[\\\\/]')
}

/** Folders whose name is a part of what makes a file in them one of `projectFiles`. */
const meaningful: readonly { readonly folder: RegExp; readonly files: readonly string[] }[] = [
  { folder: /[\\/]\.(cursor|vscode)$/i, files: ['mcp.json'] },
  { folder: /[\\/]\.claude$/i, files: ['settings.json', 'settings.local.json'] },
]

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
  const separator = folder.includes('\\') ? '\\' : '/'
  const files = meaningful.flatMap((each) => (each.folder.test(folder) ? each.files.map((file) => `${folder}${separator}${file}`) : []))
  const found = profile.exec(folder)
  if (found === null) return files
  const below = (found[1] ?? '').replaceAll('\\', '/').toLowerCase()
  const holds = [...private_, ...windowsPrivate, 'AppData/Local/Packages/Claude_', '.mcp-twin'].some((path) =>
    path.toLowerCase().startsWith(below === '' ? '' : `${below}/`),
  )
  return holds ? [...files, folder] : files
}

/** True for files that are closed by their name, wherever they are. */
export const closedByName = (path: string): boolean =>
  projectFiles.some((pattern) => pattern.test(path)) || packaged.test(path) || inProfile.test(path) || ourFolder.test(path)

/** What is closed below one user's home, as this process opens it. */
export function privatePaths(home: string, kind: Environment['kind']): string[] {
  const separator = home.includes('\\') ? '\\' : '/'
  const names = kind === 'windows' ? [...private_, ...windowsPrivate] : private_
  const below = names.map((name) => `${home}${separator}${name.replaceAll('/', separator)}`)
  return home.startsWith('/') ? [...below, ...kernel] : below
}
