import { access, constants } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { type Appeared, appearedIn } from '../../core/doctor/bridge-facts.ts'
import type { BridgeFacts, BridgeRules, ClientFile, TokenFacts } from '../../core/doctor/facts.ts'
import { layout } from '../../core/layout.ts'
import { joinPath } from '../../core/paths.ts'
import { isThere, readJson } from './place.ts'
import { observePorts } from './ports.ts'
import type { HomePlace } from '../machine/home.ts'
import { hasModes } from '../machine/modes.ts'
import { reach } from '../manifest/open.ts'
import { readOn } from '../packages/installed.ts'
import { lackedBy } from '../packages/self-binaries.ts'
import { isId, ownPackage } from '../packages/self-package.ts'
import { openSessions } from '../store/sessions.ts'
import { isTrouble } from '../store/trouble.ts'
import { TwinError } from '../../errors.ts'
import { type NativePath, reachable, type ReachablePath } from '../../model/path.ts'
import { sessionFileSchema } from '../../model/session.ts'
import type { System } from '../../model/system.ts'

/** The sessions of the bridge's listeners, without tokens or their hashes. */
async function observeTokens(system: System, folder: ReachablePath, side: string): Promise<TokenFacts> {
  const here = reachable(`${folder}/sessions.json`)
  const facts = await system.files.look(here, 'follow')
  const isOpen = facts !== null && (facts.mode & 0o077) !== 0 && (await hasModes(system, here))
  const base = { shown: here, here, openMode: isOpen ? facts.mode : null }
  try {
    const alive = (await openSessions(system, folder, side).list()).length
    const kept = sessionFileSchema.safeParse(await readJson(system, here))
    const aheadMs = kept.success ? Math.max(0, kept.data.seenAt - system.now()) : 0
    return { ...base, damaged: null, alive, aheadMs }
  } catch (error) {
    if (!(error instanceof TwinError)) throw error
    return { ...base, damaged: error.message, alive: 0, aheadMs: 0 }
  }
}

const triggerPaths = [
  { what: 'folder', name: 'triggers', wanted: 0o700 },
  { what: 'keys', name: 'trigger-keys.json', wanted: 0o600 },
] as const

/** Returns the places of signed actions and their keys that other users can open. Windows drives have no modes. */
async function openTriggers(system: System, home: HomePlace, folder: NativePath): Promise<BridgeFacts['triggers']> {
  const found = triggerPaths.map(async ({ what, name, wanted }) => {
    const shown = joinPath(home.environment, folder, name)
    const here = reach(home, shown)
    const facts = await system.files.look(here)
    if (facts === null || facts.kind === 'link' || (facts.mode & 0o077) === 0 || !(await hasModes(system, here))) return []
    return [{ what, shown, here, mode: facts.mode, wanted }]
  })
  return (await Promise.all(found)).flat()
}

const words: Record<string, string> = {
  EACCES: 'you have no permission to write there',
  EPERM: 'the system does not allow it',
  EROFS: 'its disk is mounted read-only',
  ENOTDIR: 'a part of its path is not a folder',
}

async function refusal(path: string, mode: number): Promise<string | null> {
  try {
    await access(path, mode)
    return null
  } catch (error) {
    if (!isTrouble(error)) throw error
    return words[error.code] ?? `the system answers ${error.code}`
  }
}

/** Returns why a file cannot be appended to, or null. The file need not exist; nothing is written. */
async function appendTrouble(system: System, path: ReachablePath): Promise<string | null> {
  for (let at = path; ; at = reachable(dirname(at))) {
    let kind: string | undefined
    try {
      kind = (await system.files.look(at, 'follow'))?.kind
    } catch (error) {
      if (!isTrouble(error)) throw error
      return words[error.code] ?? `the system answers ${error.code}`
    }
    if (kind === undefined && at !== dirname(at)) continue
    const wanted = at === path ? 'file' : 'directory'
    if (kind !== wanted) return wanted === 'file' ? 'it is not a file' : `${at} is not a folder`
    return refusal(at, wanted === 'file' ? constants.W_OK : constants.W_OK | constants.X_OK)
  }
}

/** Returns files made by sandboxed commands that other programs run later, and that still exist. `folder`: the bridge's. */
async function observeAppeared(system: System, folder: ReachablePath): Promise<Appeared[]> {
  const list = appearedIn(await readJson(system, reachable(`${folder}/sandbox/appeared.json`)))
  const there = await Promise.all(list.map(async ({ path }) => (await system.files.look(reachable(path))) !== null))
  return list.filter((_, at) => there[at])
}

/** Returns whether the installed copy of the program has its own ripgrep; null: no copy. */
async function hasRipgrep(system: System, { environment, folder }: HomePlace): Promise<boolean | null> {
  const places = layout(environment, folder)
  const id = (await readOn(system, environment, places.current))?.trim() ?? ''
  if (!isId(id)) return null
  const { root } = await ownPackage(system)
  const lacked = await lackedBy(system, environment, root, joinPath(environment, places.app, id))
  return lacked.every(({ kind }) => kind !== '@vscode/ripgrep')
}

async function ripgrepOnPath(system: System, home: HomePlace): Promise<boolean> {
  const name = system.platform === 'win32' ? 'rg.exe' : 'rg'
  for (const folder of (system.variables.PATH ?? '').split(delimiter).filter((each) => each !== '')) {
    const there = await isThere(system, { environments: [home.environment] }, home.environment, join(folder, name))
    if (there === true) return true
  }
  return false
}

async function unwritable(system: System, home: HomePlace, folder: NativePath): Promise<BridgeFacts['unwritable']> {
  const files = [
    { what: 'audit', names: ['audit.jsonl'] },
    { what: 'log', names: ['logs', 'mcp-server.log'] },
    { what: 'log', names: ['logs', 'bridge.log'] },
  ] as const
  const found = files.map(async ({ what, names }) => {
    const shown = joinPath(home.environment, folder, ...names)
    const why = await appendTrouble(system, reach(home, shown))
    return why === null ? [] : [{ what, shown, why }]
  })
  return (await Promise.all(found)).flat()
}

/** Gathers what a bridge would find if it were started now. Writes nothing; checks ports only with `deep`. */
export async function observeBridge(
  system: System,
  home: HomePlace,
  files: readonly ClientFile[],
  rules: BridgeRules,
  deep: boolean,
): Promise<BridgeFacts> {
  const folder = layout(home.environment, home.folder).bridge
  const here = reach(home, folder)
  const [packaged, onPath, cannot, tokens, triggers, appeared, real] = await Promise.all([
    hasRipgrep(system, home),
    ripgrepOnPath(system, home),
    unwritable(system, home, folder),
    observeTokens(system, here, home.environment.id),
    openTriggers(system, home, folder),
    observeAppeared(system, here),
    system.files.realPath(home.here),
  ])
  return {
    ...{ home: home.environment, folder, rules, unwritable: cannot, tokens, triggers, appeared },
    workspace: join(real === null ? here : reachable(join(real, 'bridge')), 'workspace'),
    searching: { packaged, onPath },
    ports: deep ? await observePorts(files, tokens.alive) : null,
  }
}
