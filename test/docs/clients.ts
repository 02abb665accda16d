import { clients } from '../../src/catalog/clients/index.ts'
import type { ClientDefinition } from '../../src/model/client.ts'
import { type Environment, type EnvironmentKind, environmentKinds, environmentSchema } from '../../src/model/environment.ts'
import { code, page, table } from './markdown.ts'

/** A side of each kind, with the names that people know its folders by. */
const sides: Readonly<Record<EnvironmentKind, Environment>> = Object.fromEntries(
  environmentKinds.map((kind) => {
    const home = kind === 'windows' ? 'C:\\HOME' : '/HOME'
    const folders = kind === 'windows' ? { appData: 'C:\\APPDATA', localAppData: 'C:\\LOCALAPPDATA' } : {}
    return [kind, environmentSchema.parse({ id: kind, kind, user: 'user', home, ...folders })]
  }),
) as Record<EnvironmentKind, Environment>

const sideNames: Readonly<Record<EnvironmentKind, string>> = { windows: 'Windows', wsl: 'WSL', linux: 'Linux', macos: 'macOS' }

const spelled = (path: string): string =>
  path
    .replace('C:\\HOME', '%USERPROFILE%')
    .replace(/C:\\((?:LOCAL)?APPDATA)/, '%$1%')
    .replace('/HOME', '~')

/** The config of a program by side; sides with the same path are one row. */
function filesOf(client: ClientDefinition): { readonly on: readonly EnvironmentKind[]; readonly file: string }[] {
  const found = new Map<string, EnvironmentKind[]>()
  for (const kind of environmentKinds.filter((each) => client.environments.includes(each))) {
    const file = spelled(client.file(sides[kind]))
    found.set(file, [...(found.get(file) ?? []), kind])
  }
  return [...found].map(([file, on]) => ({ on, file }))
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const listed = (kinds: readonly EnvironmentKind[]): string => kinds.map((kind) => sideNames[kind]).join(', ')

/** When a program takes part, in a sentence. */
function partOf({ switchedOn, always, environments, onlyNamed = [], onlyNamedSide = [], copyOf }: ClientDefinition): string {
  if (switchedOn === true) return 'It takes part once `clients` in the manifest switches it on.'
  const named = [...new Set([...onlyNamed, ...onlyNamedSide])]
  const found = environments.filter((kind) => !always.includes(kind) && !named.includes(kind))
  return [
    ...(always.length > 0 ? [`It always takes part on ${listed(always)}.`] : []),
    ...(found.length > 0 ? [`On ${listed(found)} it takes part where it is installed.`] : []),
    ...(named.length > 0 ? [`On ${listed(named)} it takes part only if \`clients\` in the manifest names it.`] : []),
    ...(copyOf === undefined ? [] : [`Nothing reads this file today; it is kept equal to that of ${code(copyOf)}.`]),
  ].join(' ')
}

const isSmall = ({ switchedOn, project }: ClientDefinition): boolean => switchedOn === true && project === undefined

/**
 * The table of the first page: one row a program that was tried and that reads its file, with that on the sides that most people
 * have. Those that are in no project and have to be switched on share a row.
 */
export function programTable(): string {
  const tried = clients.filter(({ untried, copyOf }) => untried !== true && copyOf === undefined)
  const small = tried.filter(isSmall).map(({ label }) => label)
  return table(
    ['program', 'its config', 'in a project'],
    [
      ...tried
        .filter((client) => !isSmall(client))
        .map((client) => [
          `${client.label}${client.switchedOn === true ? ', once switched on' : ''}`,
          filesOf(client)
            .filter(({ on }) => on.some((kind) => client.always.includes(kind) || client.always.length === 0))
            .map(({ on, file }) => `${code(file)} (${listed(on)})`)
            .slice(0, 2)
            .join(', '),
          client.project === undefined ? '' : code(client.project.path),
        ]),
      [`${small.join(', ')}, once switched on`, '[a file of its own](docs/reference/clients.md)', ''],
    ],
  )
}

/** docs/reference/clients.md. */
export const clientsPage = (): string =>
  page('Programs', [
    'Programs whose configs are written. In each only entries change that mcp-twin wrote, or that you let it take over. `~` is the home folder of that side.',
    ...clients.flatMap((client) => [
      `## ${client.label}`,
      `Its id is ${code(client.id)}${client.short === undefined ? '' : `, or ${code(client.short)} for short`}. ${partOf(client)}${client.untried === true ? ' Its entries are written by its documentation; the program itself was not tried.' : ''}`,
      table(
        ['side', 'file'],
        [
          ...filesOf(client).map(({ on, file }) => [listed(on), code(file)]),
          ...(client.project === undefined ? [] : [['in a project', code(client.project.path)]]),
        ],
      ),
      client.locator === undefined ? '' : manyPlaces,
      client.preferredFile === undefined
        ? ''
        : `Where ${code(nameOf(client.preferredFile(sides.linux)))} is there beside it, that one is written.`,
      client.published === true ? 'No key is written into its file: a server with one is started by `mcp-twin run`.' : '',
      client.variables === undefined ? '' : `Moved by ${client.variables.map(code).join(', ')}.`,
      client.restart === '' ? '' : `To take new entries up: ${client.restart}.`,
    ]),
    '## To switch one on or off',
    'In the manifest, by its id: `"clients": { "codex": true, "cursor": false, "claude-code": { "windows": true } }`. A file elsewhere: `"clients": { "cursor": { "file": "PATH" } }`.',
  ])

const manyPlaces =
  'On Windows that is one of several places: the folder that `CLAUDE_USER_DATA_DIR` names (on every system), `%LOCALAPPDATA%\\Claude-Data`, ' +
  "a package's own folder (`Claude_…`, `AnthropicPBC.Claude_…`), `%APPDATA%\\Claude`. The folder that the program used last counts; copies that " +
  'it does not read are reported and never written. `mcp-twin doctor` says which one it is and why, `--desktop-config PATH` names another.'
