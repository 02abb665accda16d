import { jsonOrNull } from '../../../core/formats/json/loose.ts'
import { member, unlessEmpty } from '../../../core/object.ts'
import { joinPath, settingsFolder } from '../../../core/paths.ts'
import { type ClientDefinition, defineClient, type References, type EntrySpelling } from '../../../model/client.ts'
import type { JsonValue } from '../../../model/entry.ts'
import type { Environment } from '../../../model/environment.ts'
import type { SideFiles } from '../../../model/located.ts'
import type { NativePath } from '../../../model/path.ts'

/** An edition of VS Code: editions share nothing but their shape. */
interface Edition {
  readonly id: string
  readonly label: string
  /** Its folder among the settings of programs: `Code`. */
  readonly folder: string
  /** The folder of its server in a home that it works in from outside: `.vscode-server`. */
  readonly server: string
  readonly processes: readonly string[]
}

/** Variables of VS Code (code.visualstudio.com/docs/reference/variables-reference). One that is not set becomes nothing. */
const references: References = {
  write: (name) => `\${env:${name}}`,
  fill: (text, { variable, home, project, isWindows }) =>
    text.replace(/\$\{(env:[^{}]+|[A-Za-z]+|\/)\}/g, (whole, word: string) => {
      if (word.startsWith('env:')) return variable(word.slice(4)) ?? ''
      if (word === 'userHome') return home
      if (word === 'pathSeparator' || word === '/') return isWindows ? '\\' : '/'
      if (project === null) return whole
      if (word === 'workspaceFolder') return project
      return word === 'workspaceFolderBasename' ? (project.split(/[\\/]/).findLast((part) => part !== '') ?? whole) : whole
    }),
  pattern: /\$\{env:([A-Za-z_]\w*)\}/g,
  unset: 'empty',
}

const asksPerson = (value: JsonValue): boolean => /\$\{(?:input|command):/.test(JSON.stringify(value))

/** `type` is always written, and `http` falls back to SSE (code.visualstudio.com/docs/copilot/reference/mcp-configuration). */
const spelling: EntrySpelling = {
  stdio: ({ command, args, env }) => ({
    type: 'stdio',
    command,
    ...(args.length === 0 ? {} : { args: [...args] }),
    ...unlessEmpty('env', env),
  }),
  remote: ({ url, transport, headers }) => ({ type: transport ?? 'http', url, ...unlessEmpty('headers', headers) }),
  triesBoth: true,
  read: (value) => {
    const meant = Object.fromEntries(['command', 'args', 'env', 'url', 'headers'].map((key) => [key, value[key] ?? null]))
    return asksPerson(meant) ? { unreadable: 'it asks for a value with ${input:…} or ${command:…}, which only VS Code can do' } : value
  },
}

/** Where a window keeps the settings of its user: on its own machine, or on one that it works in from outside. */
function userFolder({ folder, server }: Edition, environment: Environment): NativePath {
  return environment.kind === 'wsl'
    ? joinPath(environment, environment.home, server, 'data', 'User')
    : joinPath(environment, settingsFolder(environment), folder, 'User')
}

/**
 * The files of profiles beside the default one. A profile names its folder below `profiles`, and may share the servers of the
 * default profile (`UserDataProfile` and `UseDefaultProfileFlags` of microsoft/vscode:src/vs/platform/userDataProfile).
 */
async function profileFiles(edition: Edition, environment: Environment, files: SideFiles): Promise<NativePath[]> {
  const user = userFolder(edition, environment)
  const bytes = await files.read(joinPath(environment, user, 'globalStorage', 'storage.json'))
  const profiles = bytes === null ? null : member(jsonOrNull(new TextDecoder().decode(bytes)), 'userDataProfiles')
  return (Array.isArray(profiles) ? profiles : []).flatMap((profile): NativePath[] => {
    const location = member(profile, 'location')
    const isShared = member(member(profile, 'useDefaultFlags'), 'mcp') === true
    // Anything but a plain name would lead out of the folder.
    const isName = typeof location === 'string' && /^[\w-][\w.-]*$/.test(location)
    return isName && !isShared ? [joinPath(environment, user, 'profiles', location, 'mcp.json')] : []
  })
}

/**
 * An edition of VS Code. The entries of the user's file are started on the machine where the window is, also for one that works in
 * WSL; those of the remote file in WSL. Both are shown together, so the remote one is written only when that side is named
 * (microsoft/vscode-remote-release#10920).
 */
export const edition = (facts: Edition): ClientDefinition =>
  defineClient({
    ...{ id: facts.id, label: facts.label, processes: facts.processes },
    always: [],
    environments: ['windows', 'wsl', 'linux', 'macos'],
    switchedOn: true,
    onlyNamedSide: ['wsl'],
    file: (environment) => joinPath(environment, userFolder(facts, environment), 'mcp.json'),
    moreFiles: (environment, files) => (environment.kind === 'wsl' ? Promise.resolve([]) : profileFiles(facts, environment, files)),
    project: { path: '.vscode/mcp.json', words: { home: '${userHome}', project: '${workspaceFolder}' } },
    container: ['servers'],
    format: 'jsonc',
    rejectsBom: false,
    spelling,
    references,
    nameFits: (name) => name.trim() !== '',
    restart: `in ${facts.label}: MCP: List Servers, then start or restart the server`,
  })
