import type { Entry, Launch } from '../../model/entry.ts'
import type { Environment } from '../../model/environment.ts'
import type { InstalledExtension } from '../../model/extension.ts'
import type { LaunchKind, ServerSpec } from '../../model/manifest.ts'
import { type NativePath, native } from '../../model/path.ts'
import { addCommand, extensionServer, extensionSide } from './extension.ts'
import { LOCK_HINT, lockedFor } from '../manifest/locked.ts'
import { getUv, programFile, pythonWords } from '../packages/python.ts'
import { isExact, parseWords } from '../packages/words.ts'
import { environmentLabel } from '../participants.ts'
import { dirName, isWindows, joinPath, looksPosixPath, looksWindowsPath } from '../paths.ts'
import { type Filler, makeFiller } from './templates.ts'
import { packageFiles, programOf } from './package.ts'
import { type AbsentLaunch, type PackageNeed, type Refused, type RenderRequest, refuse } from './request.ts'
import { runSide, serverOn } from './side.ts'

/** What a server is on the side where it runs, with everything filled in: the launch itself, or the address. */
export interface ResolvedLaunch {
  readonly kind: 'resolved'
  readonly runs: Environment
  readonly launch: LaunchKind
  readonly entry: Entry
  readonly holdsKey: boolean
  readonly packages: readonly PackageNeed[]
}

/** The hint for a side that has node and no npm. */
export const GET_NPM = 'install npm beside the Node.js that is there'

/** What is missing on a side, in the words of its own trouble where it has one. */
export const missing = (side: Environment, what: string): Refused =>
  side.trouble === undefined
    ? refuse(
        `there is no ${what} on ${environmentLabel(side)}`,
        `${what === 'npm' && side.node !== undefined ? GET_NPM : 'install Node.js 20 or newer there'}, then: mcp-twin sync --refresh`,
      )
    : refuse(side.trouble.reason, side.trouble.hint)

/** npm's own `npx-cli.js`, beside its `npm-cli.js`. */
const npxCli = (side: Environment, npm: NativePath): NativePath => joinPath(side, dirName(side, npm), 'npx-cli.js')

/** A server as it is started or reached on the side where it runs, whatever client asks. */
export function resolveServer(request: RenderRequest): ResolvedLaunch | AbsentLaunch | Refused {
  const { server, environment, world, home, name } = request
  const found = server.extension === undefined ? null : extensionOf(request, server.extension)
  if (found !== null && 'reason' in found) return found
  const runs = found === null ? runSide(server, environment, world, home) : extensionSide(found, environment)
  if (runs === null)
    return refuse(`${name} runs in ${server.runIn}, which does not exist here`, `change "runIn" of ${name}, or set up ${server.runIn}`)
  const spec = found === null ? serverOn(server, runs) : extensionServer(found, name, server, runs, world)
  if ('reason' in spec) return spec
  if (found !== null && spec.command === 'node') return missing(runs, 'node')
  const filler = makeFiller(request, runs)
  const made = resolveOn(request, spec, runs, filler)
  // A missing key is reported first: only the user can give it.
  const refusal = filler.refusal()
  if (refusal !== null) return refusal
  if (made.kind !== 'made') return made
  const launch = spec.launch ?? request.manifest.launch ?? 'direct'
  return { kind: 'resolved', runs, launch, entry: made.entry, holdsKey: filler.holdsKey, packages: made.packages }
}

/** Extensions are looked at for a person's own manifest alone. */
export const notInProject = (id: string): Refused =>
  refuse('an extension lies on one computer, and a project serves others too', addCommand(id, '--user '))

/** An extension as it is installed, or why nothing is known of it. */
function extensionOf({ extensions, name }: RenderRequest, id: string): InstalledExtension | Refused {
  if (extensions === undefined) return notInProject(id)
  const found = extensions.found.get(id)
  if (found !== undefined) return found
  return extensions.trouble === null
    ? refuse(`the extension ${id} is no longer installed in Claude Desktop`, `mcp-twin remove ${name}`)
    : refuse(extensions.trouble.reason, extensions.trouble.hint)
}

interface Made {
  readonly kind: 'made'
  readonly entry: Entry
  readonly packages: readonly PackageNeed[]
}

const made = (launch: Launch, packages: readonly PackageNeed[] = []): Made => ({
  kind: 'made',
  entry: { kind: 'stdio', ...launch },
  packages,
})

function resolveOn(request: RenderRequest, spec: ServerSpec, runs: Environment, filler: Filler): Made | AbsentLaunch | Refused {
  if (spec.url !== undefined) {
    const entry: Entry = {
      kind: 'remote',
      url: filler.text(spec.url),
      transport: spec.transport,
      headers: filler.texts(spec.headers),
    }
    return { kind: 'made', entry, packages: [] }
  }
  if (spec.package !== undefined) return resolvePackage(request, spec, spec.package, runs, filler)
  if (spec.pypi !== undefined) return resolvePython(request, spec, spec.pypi, runs, filler)
  if (spec.command !== undefined) return resolveCommand(request, spec, spec.command, runs, filler)
  return { kind: 'none', reason: `the manifest does not say how ${request.name} is started on ${environmentLabel(runs)}` }
}

function resolveCommand(request: RenderRequest, spec: ServerSpec, typed: string, runs: Environment, filler: Filler): Made | Refused {
  const env = filler.texts(spec.env)
  const args = (spec.args ?? []).map(filler.text)
  const command = filler.text(typed)
  const absolute = isWindows(runs) ? looksWindowsPath(command) : looksPosixPath(command)
  if (runs.id === request.environment.id || absolute || request.commandPath === undefined) return made({ command, args, env })
  // A bare name would be looked for on the PATH of whoever crosses, which is not the PATH of the side where it runs.
  const found = request.commandPath(runs, command)
  if (found === null)
    return refuse(`"${command}" is not found on ${environmentLabel(runs)}`, `install it there, or give its full path in the manifest`)
  return made({ command: found, args, env })
}

function resolvePackage(request: RenderRequest, spec: ServerSpec, words: string, runs: Environment, filler: Filler): Made | Refused {
  const parsed = parseWords(words)
  if ('refuse' in parsed) return refuse(parsed.refuse, 'a path, an address or git goes under "command"')
  const locked = lockedFor(request.lock, words)
  if (locked !== undefined && 'refuse' in locked) return refuse(locked.refuse, LOCK_HINT)
  const launch = spec.launch ?? request.manifest.launch ?? 'direct'
  const env = filler.texts(spec.env)
  const args = (spec.args ?? []).map(filler.text)
  if (runs.node === undefined) return missing(runs, 'node')
  if (launch === 'npx') {
    const version = locked?.version ?? exactVersion(parsed.range)
    if (version === undefined) return unresolved(words)
    const rest = [...npxWords(parsed.name, version, spec.bin, spec.allowScripts === true ? [] : [NO_SCRIPTS]), ...args]
    // npx is a batch file on Windows: cmd takes its quotes off as soon as an argument holds a blank, and 'C:\Program' is
    // not found (modelcontextprotocol/servers#447). npx's own JS, run by node, has no such border. Across, there is no PATH.
    if (!isWindows(runs) && runs.id === request.environment.id) return made({ command: 'npx', args: rest, env })
    return runs.npm === undefined ? missing(runs, 'npm') : made({ command: runs.node, args: [npxCli(runs, runs.npm), ...rest], env })
  }
  if (locked === undefined) return unresolved(words)
  const program = programOf(locked, spec.bin)
  if ('trouble' in program)
    return refuse(
      program.trouble,
      `say which in the manifest: "bin" of ${request.name}; or to take it out: mcp-twin remove ${request.name}`,
    )
  if (/\.(sh|py|exe|cmd|bat|ps1|rb)$/i.test(program.path))
    return refuse(`${program.name} of ${locked.name} is not JavaScript, so node cannot start it`, `"launch": "npx" for ${request.name}`)
  const folder = packageFiles(request.manifest, runs, request.folders(runs.id), locked)
  if (folder === null) return withoutFolder(runs)
  const script = joinPath(runs, folder, ...program.path.split('/'))
  return made({ command: runs.node, args: [native(script), ...args], env }, [{ environment: runs.id, words }])
}

/** The console script of a package of PyPI, by its full path: what it starts is in the folder that uv installed it into. */
function resolvePython(request: RenderRequest, spec: ServerSpec, text: string, runs: Environment, filler: Filler): Made | Refused {
  const words = pythonWords(text)
  const locked = lockedFor(request.lock, words)
  if (locked !== undefined && 'refuse' in locked) return refuse(locked.refuse, LOCK_HINT)
  const env = filler.texts(spec.env)
  const args = (spec.args ?? []).map(filler.text)
  if (locked === undefined)
    return refuse(`no version of ${text} is pinned yet`, `without uv: ${getUv(runs)}; with uv, once you are online: mcp-twin sync`)
  const program = programOf(locked, spec.bin)
  if ('trouble' in program)
    return refuse(
      program.trouble,
      `say which in the manifest: "bin" of ${request.name}; or to take it out: mcp-twin remove ${request.name}`,
    )
  const folder = packageFiles(request.manifest, runs, request.folders(runs.id), locked)
  if (folder === null) return withoutFolder(runs)
  return made({ command: joinPath(runs, folder, programFile(runs, locked, program.path)), args, env }, [{ environment: runs.id, words }])
}

const withoutFolder = (runs: Environment): Refused =>
  runs.trouble === undefined
    ? refuse(`${environmentLabel(runs)} has no folder for packages`, `mcp-twin doctor --on ${runs.id}`)
    : refuse(runs.trouble.reason, runs.trouble.hint)

const unresolved = (words: string): Refused => refuse(`no version of ${words} is pinned yet`, 'once you are online: mcp-twin sync')

/** npx installs what it starts, and would run install scripts with the server's keys in their environment. */
const NO_SCRIPTS = '--ignore-scripts'

/** What npx gets: its own flags, then the package, or with `bin` the package and the program of it. */
export const npxWords = (name: string, version: string, bin: string | undefined, flags: readonly string[] = []): string[] => [
  '-y',
  ...flags,
  ...(bin === undefined ? [`${name}@${version}`] : ['-p', `${name}@${version}`, bin]),
]

/** The version that a range pins by itself. */
export const exactVersion = (range: string | null): string | undefined => (range !== null && isExact(range) ? range : undefined)
