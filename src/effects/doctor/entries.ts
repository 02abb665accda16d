import type { EntryFacts } from '../../core/doctor/facts.ts'
import { presentEntries } from '../../core/json/entries.ts'
import { uncross } from '../../core/launch/crossing.ts'
import { meaning } from '../../core/launch/digest.ts'
import { programName } from '../../core/launch/line.ts'
import { neutral, ownEntry } from '../../core/launch/neutral.ts'
import type { NeutralContext } from '../../core/launch/script.ts'
import { serverOn } from '../../core/launch/side.ts'
import { isExact, parseWords } from '../../core/packages/words.ts'
import { looksPosixPath, looksWindowsPath } from '../../core/paths.ts'
import type { ObservedFile, PlanInput } from '../../core/plan/plan.ts'
import { recordOf } from '../../core/plan/records.ts'
import type { Document, PresentEntry } from '../../model/document.ts'
import type { Launch } from '../../model/entry.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import type { System } from '../../model/system.ts'
import { resolveProgram } from '../run/program-path.ts'
import { heldKeys } from './key-values.ts'
import { isThere } from './place.ts'

const isPath = (text: string): boolean => looksPosixPath(text) || looksWindowsPath(text)

const switchedOff = ({ value }: PresentEntry): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && value.disabled === true

/** The exact package that a server in neutral words starts. */
function packageOf(spec: ServerSpec | null, input: PlanInput): EntryFacts['package'] {
  if (spec?.package === undefined) return null
  const locked = Object.hasOwn(input.render.lock.packages, spec.package) ? input.render.lock.packages[spec.package] : undefined
  if (locked !== undefined) return { name: locked.name, version: locked.version }
  const parsed = parseWords(spec.package)
  if ('refuse' in parsed) return null
  return { name: parsed.name, version: parsed.range !== null && isExact(parsed.range) ? parsed.range : null }
}

/** What a launch needs that is not there: its program, and the script that a node is given. */
async function missingOf(system: System, world: World, side: Environment, launch: Launch): Promise<EntryFacts['missing']> {
  const missing: { what: 'program' | 'script'; path: string }[] = []
  const { command, args, env } = launch
  if (/\$\{/.test(command)) return []
  if (isPath(command)) {
    if ((await isThere(system, world, side, command)) === false) missing.push({ what: 'program', path: command })
  } else if (side.self && !/[\\/]/.test(command)) {
    // The program's own variables come on top, PATH included.
    const all = Object.entries({ ...system.variables, ...env }).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    )
    if (resolveProgram(command, [], Object.fromEntries(all)) === null) missing.push({ what: 'program', path: command })
  }
  const [script = ''] = args
  if (programName(command) === 'node' && isPath(script) && (await isThere(system, world, side, script)) === false)
    missing.push({ what: 'script', path: script })
  return missing
}

/** Everything that the checks judge of the entries of one file. */
export async function observeEntries(system: System, input: PlanInput, file: ObservedFile, document: Document): Promise<EntryFacts[]> {
  const records = recordOf(input.state, { environment: file.environment.id, client: file.client.id, file: file.file }).entries
  return Promise.all(
    presentEntries(document).map((each) =>
      observeEntry(system, input, file, each, Object.hasOwn(records, each.name) ? (records[each.name]?.server ?? null) : null),
    ),
  )
}

async function observeEntry(
  system: System,
  input: PlanInput,
  { environment, client }: ObservedFile,
  each: PresentEntry,
  server: string | null,
): Promise<EntryFacts> {
  const { world, lock, home } = input.render
  const base = { name: each.name, server, duplicate: each.duplicate, disabled: switchedOff(each) }
  const entry = meaning(each.value, client)
  if ('unreadable' in entry) return { ...base, entry, runs: environment, neutral: null, package: null, missing: [], keys: [] }
  const context: NeutralContext = {
    environment,
    world,
    home,
    lock,
    folders: input.render.folders,
    manifest: input.manifest,
    ...(server === null ? {} : { name: server }),
  }
  const crossed = entry.kind === 'stdio' ? uncross(entry, environment, world) : null
  const runs = crossed?.runs ?? environment
  const spec = neutral(entry, context)
  const known = server !== null && Object.hasOwn(input.manifest.servers, server) ? input.manifest.servers[server] : undefined
  // What `run` starts gets its keys from the store itself.
  const isRelayed = ownEntry(entry, context) !== null
  const missing = entry.kind === 'stdio' ? await missingOf(system, world, environment, entry) : []
  const inner = crossed === null || crossed.shell ? [] : await missingOf(system, world, runs, crossed.launch)
  return {
    ...base,
    entry,
    runs,
    neutral: spec,
    package: isRelayed ? null : packageOf(spec, input),
    missing: [...missing, ...inner.filter(({ path }) => !missing.some((other) => other.path === path))],
    keys: known === undefined || isRelayed ? [] : heldKeys(serverOn(known, runs), entry, input.render.key),
  }
}
