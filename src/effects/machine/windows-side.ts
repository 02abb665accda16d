import { environmentDefinitions, type Variables } from '../../catalog/environments/index.ts'
import { joinPath, onDrive, toHere } from '../../core/paths.ts'
import type { Environment, NodeFacts } from '../../model/environment.ts'
import { native, type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { ask } from './ask.ts'
import { type Drive, type Drives, parseWslConf } from './drives.ts'
import { readText } from './kernel.ts'
import { interopEntry } from './interop.ts'
import { nodeScript, readNodeFacts, tooOld } from './node-facts.ts'
import { findNpm, npmPrefix, pathFolders } from './npm.ts'
import type { SideLook } from './options.ts'
import { passing } from './passing.ts'
import { keptVariables, variable } from './variables.ts'

const { windows } = environmentDefinitions
const kind = 'windows'
/** Limits of the two programs that are started at most: together under 10 s. */
const nodeMs = 5000
const cmdMs = 4000

/** Windows' paths as a distribution opens them: its drives, and the distribution's own files by the name Windows has for them. */
function filesFrom(own: Environment, drives: readonly Drive[]): Environment['files'] {
  const shares =
    own.distro === undefined ? [] : ['wsl.localhost', 'wsl$'].map((host) => ({ native: `\\\\${host}\\${own.distro}\\`, here: '/' }))
  return [...drives.map(({ letter, here }) => ({ native: `${letter}:\\`, here })), ...shares]
}

/** A Windows of which nothing is known but that it is there. Its home has a name that no file has, so that nothing is written. */
const unknown = (drives: readonly Drive[], own: Environment, reason: string, hint: string): Environment => ({
  id: kind,
  kind,
  self: false,
  user: '',
  home: native('%USERPROFILE%'),
  appData: native('%APPDATA%'),
  localAppData: native('%LOCALAPPDATA%'),
  files: filesFrom(own, drives),
  running: [],
  trouble: { reason, hint },
})

/** The first node.exe in the folders, as this side opens it. */
async function findNode(system: System, folders: readonly ReachablePath[]): Promise<ReachablePath | null> {
  for (const folder of folders) {
    const file = reachable(`${folder.replace(/\/$/, '')}/${windows.nodeFile}`)
    if ((await passing(system.files.look(file, 'follow')))?.kind === 'file') return file
  }
  return null
}

interface Said {
  readonly facts: NodeFacts | null
  readonly variables: Variables
  /** Why the last program that was asked gave no answer; null when all did. */
  readonly why: string | null
}

const nothingSaid: Said = { facts: null, variables: {}, why: 'interop is switched off' }

/**
 * Asks Windows about itself: its node where one is found without asking, else `cmd.exe` for the variables and then the node
 * that they lead to. Both are started in a folder of a Windows drive, since cmd complains in its output about any other
 * (microsoft/terminal#17998). `cmd /u` prints UTF-16, so that every user name survives.
 */
async function question(system: System, own: Environment, drive: Drive, looking: SideLook): Promise<Said> {
  const cwd = reachable(`${drive.here}Windows`)
  const shape: Environment = { ...unknown([drive], own, '', ''), files: filesFrom(own, [drive]) }
  const askNode = async (node: ReachablePath): Promise<Said> => {
    const output = await ask(system, { argv: [node, '-e', nodeScript], cwd, timeoutMs: nodeMs, signal: looking.signal })
    const facts = output.ok ? readNodeFacts(output.text) : null
    const why = output.ok ? 'printed no answer' : output.why
    return facts ? { facts, variables: facts.variables, why: null } : { facts: null, variables: {}, why: `node.exe ${why}` }
  }
  const visible = pathFolders(own, variable(system.variables, 'PATH') ?? '').filter((folder) => onDrive(own, folder) !== null)
  const usual = windows.nodeFolders({ ProgramFiles: `${drive.letter}:\\Program Files` })
  const inReach = (folders: readonly string[]) => folders.flatMap((folder) => toHere(shape, native(folder)) ?? [])
  const near = await findNode(system, [...visible.map(reachable), ...inReach(usual)])
  const first = near && (await askNode(near))
  if (first?.facts) return first

  const cmd = `${drive.here}Windows/System32/cmd.exe`
  const output = await ask(system, { argv: [cmd, '/d', '/u', '/c', 'set'], cwd, timeoutMs: cmdMs, signal: looking.signal })
  if (!output.ok) return { facts: null, variables: {}, why: `cmd.exe ${output.why}` }
  const variables: Variables = Object.fromEntries(
    output.text
      .split('\n')
      .flatMap((line) => (line.indexOf('=') > 0 ? [[line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]] : [])),
  )
  if (near) return { facts: null, variables, why: first?.why ?? null }
  const folders = [...pathFolders({ kind }, variable(variables, 'Path') ?? ''), ...windows.nodeFolders(variables)]
  const far = await findNode(system, inReach(folders))
  const second = far && (await askNode(far))
  return { facts: second?.facts ?? null, variables: { ...variables, ...second?.variables }, why: second?.why ?? null }
}

async function describe(system: System, own: Environment, drives: Drives, said: Said): Promise<Environment | null> {
  const home = variable(said.variables, 'USERPROFILE')
  if (home === undefined) return null
  const path = (name: string, otherwise: string) => native(variable(said.variables, name) ?? joinPath({ kind }, home, otherwise))
  const claude = variable(said.variables, 'CLAUDE_CONFIG_DIR')
  const found: Environment = {
    id: kind,
    kind,
    self: false,
    user: variable(said.variables, 'USERNAME') ?? home.split('\\').at(-1) ?? '',
    home: native(home),
    appData: path('APPDATA', 'AppData\\Roaming'),
    localAppData: path('LOCALAPPDATA', 'AppData\\Local'),
    systemRoot: native(variable(said.variables, 'SystemRoot') ?? `${drives.system?.letter ?? 'C'}:\\Windows`),
    files: filesFrom(own, drives.drives),
    // The program's own path is what starts it: binfmt hands every .exe over to Windows.
    exec: [],
    running: [],
    ...(claude !== undefined && { claudeConfigDir: native(claude) }),
    ...keptVariables(said.variables),
  }
  if (!said.facts) {
    const trouble =
      said.why === null
        ? { reason: 'no node was found on Windows', hint: windows.getNode }
        : { reason: `its node does not work: ${said.why}`, hint: windows.getNode }
    return { ...found, trouble }
  }
  const old = tooOld(said.facts, windows.getNode)
  if (old !== null) return { ...found, nodeVersion: said.facts.version, trouble: old }
  const node = native(said.facts.node)
  const npm = await findNpm(system, found, node)
  const withNode: Environment = { ...found, node, nodeVersion: said.facts.version, ...(npm !== undefined && { npm }) }
  const prefix = await npmPrefix(system, withNode, said.variables)
  return { ...withNode, ...(prefix !== undefined && { prefix }) }
}

/** How to fix interop, by the likeliest cause. */
const interopHint = (on: boolean): string =>
  on
    ? 'in PowerShell: wsl --shutdown, then open the distribution again'
    : 'set enabled=true under [interop] in /etc/wsl.conf, then in PowerShell: wsl --shutdown'

/**
 * The Windows that a WSL distribution belongs to. That interop works is seen by an answer, not by a file. Without one, what
 * was known of this Windows from earlier is used for its files, and its programs cannot be run.
 */
export async function windowsSide(system: System, own: Environment, drives: Drives, looking: SideLook): Promise<Environment> {
  const conf = parseWslConf(await readText(system, '/etc/wsl.conf'))
  if (drives.system === null) {
    const hint = conf.automount
      ? 'in PowerShell: wsl --shutdown, then open the distribution again'
      : 'set enabled=true under [automount] in /etc/wsl.conf, then in PowerShell: wsl --shutdown'
    return unknown([], own, 'no Windows drive is mounted in this distribution', hint)
  }
  const isOff = (await interopEntry(system)) === 'off'
  if (!isOff) looking.onProgress?.('Asking Windows')
  const said = isOff ? nothingSaid : await question(system, own, drives.system, looking)
  const found = await describe(system, own, drives, said)
  if (found) return found
  const reason = `programs of Windows cannot be started from here: ${said.why ?? 'Windows did not tell its folders'}`
  const known = looking.earlier?.find((each) => each.kind === kind && each.home !== '%USERPROFILE%')
  if (!known) return unknown(drives.drives, own, reason, interopHint(conf.interop))
  const { exec: _, ...rest } = known
  return { ...rest, files: filesFrom(own, drives.drives), running: [], trouble: { reason, hint: interopHint(conf.interop) } }
}
