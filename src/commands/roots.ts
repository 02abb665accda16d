import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { roots as spec } from '../cli/specs/roots.ts'
import type { Policy } from '../bridge/policy/policy.ts'
import { canonical } from '../bridge/policy/canonical.ts'
import { addRoot } from '../bridge/policy/reasons.ts'
import { within } from '../bridge/policy/region.ts'
import { understand } from '../bridge/policy/spelling.ts'
import { Refusal } from '../bridge/base/refusal.ts'
import type { Context, VerbsOf } from '../context.ts'
import { workingFolder } from '../effects/machine/delegate.ts'
import { userPlace } from '../effects/manifest/place.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { editManifest } from '../effects/sync/edit-manifest.ts'
import { EXIT, type ExitCode, noManifest, usageError } from '../errors.ts'
import type { JsonValue } from '../model/entry.ts'
import type { RootSpec } from '../model/manifest.ts'
import { tilde } from '../ui/labels.ts'
import { type OpenBridge, withBridge } from './bridge-at-home.ts'
import { wouldDo, writeManifestOnly } from './change.ts'

/** An allowed folder as the manifest names it, and as this process opens it; null: it opens nothing. */
interface Root {
  readonly spec: RootSpec
  readonly here: string | null
  readonly readOnly: boolean
}

const list = (context: Context): Promise<ExitCode> =>
  withBridge(context, async (open) => show(context, open, await rootsIn(await situationOf(open), open), false))

const situationOf = ({ homeContext }: OpenBridge): Promise<Situation> => homeContext.openAt(userPlace(homeContext.home))

/** What becomes of the list for a folder that was typed, by where it really lies; null: nothing has to change. */
type Wanted = (open: OpenBridge, roots: readonly Root[], real: string) => Promise<RootSpec[] | null> | RootSpec[]

const change = (context: Context, folder: string, wantedOf: Wanted, said: string): Promise<ExitCode> =>
  withBridge(context, async (open) => {
    const { homeContext } = open
    const situation = await situationOf(open)
    const roots = await rootsIn(situation, open)
    if (situation.bytes === null) throw usageError(noManifest(situation.place.shown), { hint: 'mcp-twin init' })
    const real = await located(context, open, folder)
    const wanted = await wantedOf(open, roots, real)
    if (wanted === null) return show(context, open, roots, false)
    const shown = tilde(real, homeContext.home.environment.home)
    if (context.isDry === true) return wouldDo(context, said.startsWith('Open') ? `open ${shown}${said.slice(4)}` : `close ${shown}`)
    const place = userPlace(homeContext.home)
    const result = await writeManifestOnly(context, { ...homeContext, place, open: () => homeContext.openAt(place) }, 'roots', {
      open: () => homeContext.openAt(place),
      edit: async (now) => editManifest(now, [{ kind: 'set', path: ['bridge', 'roots'], value: wanted.map(written) }]),
    })
    const after = await rootsIn(await situationOf(open), open)
    if (!context.io.asJson) context.io.out(`${said}: ${shown}. Running bridges follow in two seconds.`)
    return show(context, open, after, result.changed)
  })

/** As the manifest holds it. */
const written = (spec: RootSpec): JsonValue =>
  typeof spec === 'string' ? spec : { path: spec.path, ...(spec.readOnly !== undefined && { readOnly: spec.readOnly }) }

async function rootsIn({ manifest }: Situation, { bridge: { settings } }: OpenBridge): Promise<Root[]> {
  const sides = await settings.sides()
  return Promise.all(
    (manifest.bridge?.roots ?? []).map(async (spec) => {
      const { path, readOnly = false } = typeof spec === 'string' ? { path: spec } : spec
      try {
        const { real, missing } = await canonical(understand(path, sides, ''))
        return { spec, here: join(real, ...missing), readOnly }
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return { spec, here: null, readOnly }
      }
    }),
  )
}

/** The folder that was typed, where it really lies; relative ones begin where the command was typed. */
export async function located({ system }: Context, { bridge: { settings }, homeContext }: OpenBridge, folder: string): Promise<string> {
  try {
    const asked = understand(folder, await settings.sides(), workingFolder(system, homeContext.home.environment))
    const { real, missing } = await canonical(asked)
    return join(real, ...missing)
  } catch (error) {
    if (error instanceof Refusal) throw usageError(error.message)
    throw error
  }
}

/** The list with a folder; null where nothing has to change. Throws for what cannot be an allowed folder. */
async function added({ bridge }: OpenBridge, roots: readonly Root[], real: string, readOnly: boolean): Promise<RootSpec[] | null> {
  const { policy, settings } = bridge
  const shown = JSON.stringify(real)
  const facts = await stat(real).catch(() => null)
  if (facts === null) throw usageError(`There is no folder ${shown}.`, { hint: 'make it first, or correct its name' })
  if (!facts.isDirectory()) throw usageError(`${shown} is a file; folders are opened.`, { hint: addRoot(dirname(real), settings.self) })
  if (real === dirname(real)) throw usageError(`${shown} is a whole disk, which is not opened.`, { hint: 'name a folder on it' })
  await refuseClosed(policy, real)
  const fold = await policy.fold()
  const spec: RootSpec = readOnly ? { path: real, readOnly } : real
  const same = roots.find(({ here }) => here !== null && fold(here) === fold(real))
  const around = roots.find((each) => each.readOnly && each !== same && each.here !== null && within(real, each.here, fold))
  if (!readOnly && around !== undefined && around.here !== null)
    throw usageError(`${shown} lies in a folder that is open to reading only.`, { hint: addRoot(around.here, settings.self) })
  if (same !== undefined) return same.readOnly === readOnly ? null : roots.map((each) => (each === same ? spec : each.spec))
  return [...roots.map((each) => each.spec), spec]
}

async function refuseClosed(policy: Policy, real: string): Promise<void> {
  const { ruling } = await policy.current()
  if (['open', 'outside'].includes(ruling.of(real, 'read'))) return
  try {
    await policy.check(real, 'read')
  } catch (error) {
    if (error instanceof Refusal) throw usageError(error.message)
    throw error
  }
}

function removed({ homeContext }: OpenBridge, roots: readonly Root[], real: string, typed: string): RootSpec[] {
  const left = roots.filter(({ here, spec }) => here !== real && (typeof spec === 'string' ? spec : spec.path) !== typed)
  if (left.length < roots.length) return left.map(({ spec }) => spec)
  const open = roots.map(({ spec }) => tilde(typeof spec === 'string' ? spec : spec.path, homeContext.home.environment.home))
  throw usageError(`${JSON.stringify(typed)} is none of the folders that are open${open.length === 0 ? '' : `: ${open.join(', ')}`}.`, {
    hint: 'mcp-twin roots',
  })
}

function show(context: Context, { bridge: { settings }, homeContext }: OpenBridge, roots: readonly Root[], changed: boolean): ExitCode {
  const { io } = context
  const [workspace = ''] = settings.roots
  const listed = roots.map(({ spec, here, readOnly }) => ({
    path: typeof spec === 'string' ? spec : spec.path,
    real: here,
    read_only: readOnly,
  }))
  const shown = (path: string): string => tilde(path, homeContext.home.environment.home)
  for (const { path, read_only: isReadOnly } of listed) io.out(`${shown(path)}${isReadOnly ? '  (read-only)' : ''}`)
  io.out(`${shown(workspace)}  (the workspace, always open)`)
  io.json({ changed, roots: listed, workspace })
  return EXIT.ok
}

/** Shows the folders that programs may use through the bridge, and changes them in the person's own manifest. */
export const verbs: VerbsOf<typeof spec> = {
  list,
  add: (context, [folder], { readOnly = false }) =>
    change(context, folder, (open, roots, real) => added(open, roots, real, readOnly), `Open${readOnly ? ' to reading' : ''}`),
  remove: (context, [folder]) => change(context, folder, (open, roots, real) => removed(open, roots, real, folder), 'No longer open'),
}
