import { delimiter, join } from 'node:path'
import type { BridgeFacts, BridgeRules, ClientFile } from '../../core/doctor/facts.ts'
import { layout } from '../../core/layout.ts'
import { joinPath } from '../../core/paths.ts'
import { type NativePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { HomePlace } from '../machine/home.ts'
import { readOn } from '../packages/installed.ts'
import { lackedBy } from '../packages/self-binaries.ts'
import { isId, ownPackage } from '../packages/self-package.ts'
import { reach } from '../manifest/open.ts'
import { observeAppeared } from './appeared.ts'
import { appendTrouble } from './appendable.ts'
import { isThere } from './place.ts'
import { observePorts } from './ports.ts'
import { observeTokens } from './tokens.ts'

/** Has the copy of the program that entries start its own ripgrep? Null: there is no copy. */
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

/** What a bridge would find if it were started now. Nothing is written, and ports are asked about only with `deep`. */
export async function observeBridge(
  system: System,
  home: HomePlace,
  files: readonly ClientFile[],
  rules: BridgeRules,
  deep: boolean,
): Promise<BridgeFacts> {
  const folder = layout(home.environment, home.folder).bridge
  const here = reach(home, folder)
  const [packaged, onPath, cannot, tokens, appeared, real] = await Promise.all([
    hasRipgrep(system, home),
    ripgrepOnPath(system, home),
    unwritable(system, home, folder),
    observeTokens(system, here, home.environment.id),
    observeAppeared(system, here),
    system.files.realPath(home.here),
  ])
  return {
    ...{ home: home.environment, folder, rules, unwritable: cannot, tokens, appeared },
    workspace: join(real === null ? here : reachable(join(real, 'bridge')), 'workspace'),
    searching: { packaged, onPath },
    ports: deep ? await observePorts(files, tokens.alive) : null,
  }
}
