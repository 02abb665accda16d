import type { PresentEntry } from '../../model/document.ts'
import type { Launch } from '../../model/entry.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import { BRIDGE } from '../manifest/new-name.ts'
import { uncross } from '../launch/cross-border.ts'
import { meaning } from '../launch/meaning.ts'
import { neutral, ownEntry } from '../launch/read.ts'
import type { NeutralContext } from '../launch/package.ts'
import { isObject } from '../object.ts'
import { lookUp } from '../lookup.ts'
import { wordsIn } from '../manifest/names.ts'
import { parsePython } from '../packages/python.ts'
import { isExact, parseWords } from '../packages/words.ts'
import { type ObservedFile, type PlanInput, startSide } from '../plan/plan.ts'
import { recordOf } from '../plan/records.ts'
import type { DoctorEntry } from './facts.ts'

/** What an entry says by itself; whether what it starts is there, and holds the right keys, must be looked up. */
type ReadEntry = Omit<DoctorEntry, 'missing' | 'keys'> & {
  /** What its program is started with on the side where it runs; null: it crosses no border, or through a shell. */
  readonly crossed: Launch | null
  /** The server of the manifest, where the entry itself would hold its keys. */
  readonly holder: ServerSpec | null
}

const switchedOff = ({ value }: PresentEntry): boolean => isObject(value) && value.disabled === true

/** The exact package that a server in neutral words starts. */
function packageOf(spec: ServerSpec, input: PlanInput): DoctorEntry['package'] {
  const words = wordsIn(spec)
  if (words === undefined) return null
  const locked = lookUp(input.render.lock.packages, words)
  if (locked !== undefined) return { name: locked.name, version: locked.version }
  if (spec.package === undefined) {
    const python = parsePython(spec.pypi ?? '')
    return 'refuse' in python ? null : python
  }
  const parsed = parseWords(spec.package)
  if ('refuse' in parsed) return null
  return { name: parsed.name, version: parsed.range !== null && isExact(parsed.range) ? parsed.range : null }
}

/** Reads one entry of a client's file as the checks want it. */
export function readEntry(input: PlanInput, observed: ObservedFile, each: PresentEntry): ReadEntry {
  const { client, file } = observed
  const environment = startSide(observed)
  const { world, lock, home, folders } = input.render
  const records = recordOf(input.state, { environment: observed.environment.id, client: client.id, file }).entries
  const server = Object.hasOwn(records, each.name) ? (records[each.name]?.server ?? null) : null
  const base = { name: each.name, server, isBridge: server === BRIDGE, duplicate: each.duplicate, disabled: switchedOff(each) }
  const entry = meaning(each.value, client)
  if ('unreadable' in entry) return { ...base, entry, runs: environment, neutral: null, package: null, crossed: null, holder: null }
  const { manifest } = input
  const context: NeutralContext = { environment, world, home, lock, folders, manifest, ...(server === null ? {} : { name: server }) }
  const crossed = entry.kind === 'stdio' ? uncross(entry, environment, world) : null
  const spec = neutral(entry, context)
  // What `run` starts gets its keys from the store itself.
  const own = ownEntry(entry, context)
  const isRelayed = own !== null
  const known = server !== null && !isRelayed && Object.hasOwn(manifest.servers, server) ? manifest.servers[server] : undefined
  return {
    ...base,
    isBridge: base.isBridge || own?.kind === 'bridge',
    entry,
    runs: crossed?.runs ?? environment,
    neutral: spec,
    package: isRelayed ? null : packageOf(spec, input),
    crossed: crossed === null || crossed.shell ? null : crossed.launch,
    holder: known ?? null,
  }
}
