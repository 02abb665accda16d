import type { Facts, DoctorKey } from '../../core/doctor/facts.ts'
import { keysOf } from '../../core/manifest/names.ts'
import { serverOn } from '../../core/launch/side.ts'
import { layout } from '../../core/layout.ts'
import { lookUp } from '../../core/lookup.ts'
import { toHere, translate } from '../../core/paths.ts'
import type { PlanInput } from '../../core/plan/plan.ts'
import { TwinError } from '../../errors.ts'
import { launchesSchema } from '../../model/launches.ts'
import type { Environment } from '../../model/environment.ts'
import type { Manifest } from '../../model/manifest.ts'
import { native, type ReachablePath, reachable } from '../../model/path.ts'
import { Secret } from '../../model/secret.ts'
import type { FileFacts, System } from '../../model/system.ts'
import { trustSchema } from '../../model/trust.ts'
import { readKeys, sameKey } from '../store/secrets-file.ts'
import { secretsName } from '../../core/layout.ts'
import { openSecrets } from '../store/secrets.ts'
import { trustName } from '../store/trust.ts'
import { compareKeys } from './key-values.ts'
import { readJson } from './place.ts'

/** A System on which the key store can be read, so that a faulty store does not stop the other checks. */
export interface ReadableKeyStore {
  readonly system: System
  readonly trouble: DoctorKey['trouble']
}

const withLook = (system: System, path: ReachablePath, seen: (facts: FileFacts) => FileFacts | null): System => ({
  ...system,
  files: {
    ...system.files,
    look: async (each, follow) => {
      const facts = await system.files.look(each, follow)
      return each === path && facts !== null ? seen(facts) : facts
    },
  },
})

/**
 * Returns a System on which a store that others may read counts as private (the check secret-modes reports it), and one that
 * is damaged or of another user as missing, with the reason.
 */
export async function readableKeyStore(
  system: System,
  home: ReachablePath,
  manifest: Pick<Manifest, 'secrets'>,
): Promise<ReadableKeyStore> {
  if (manifest.secrets !== undefined) return { system, trouble: null }
  const path = reachable(`${home}/${secretsName}`)
  const closed = withLook(system, path, (facts) => ({ ...facts, mode: facts.mode & ~0o077 }))
  try {
    await readKeys(closed, path)
    return { system: closed, trouble: null }
  } catch (error) {
    if (!(error instanceof TwinError)) throw error
    return {
      system: withLook(system, path, () => null),
      trouble: { message: error.message, fix: error.hint ?? 'mcp-twin secret set NAME' },
    }
  }
}

function missingKeys({ manifest, render }: PlanInput): DoctorKey['missing'] {
  const users = new Map<string, string[]>()
  for (const [server, spec] of Object.entries(manifest.servers)) {
    if (spec.disabled === true) continue
    for (const name of keysOf(spec)) if (render.key(name) === null) users.set(name, [...(users.get(name) ?? []), server])
  }
  const { command } = manifest.secrets ?? {}
  const why = command === undefined ? null : `the program that stores the keys returned none: ${command.join(' ')}`
  return [...users].map(([name, servers]) => ({ name, servers, why }))
}

/** Returns keys in `launches.json` of other sides that differ from the stored ones. */
async function staleLaunches(system: System, { manifest, render, home, world }: PlanInput): Promise<DoctorKey['launches']> {
  const found: { environment: Environment; server: string; key: string }[] = []
  for (const environment of world.environments) {
    const folder = environment.id === home.id ? null : render.folders(environment.id)
    const here = folder === null ? null : toHere(environment, layout(environment, folder).launches)
    const parsed = launchesSchema.safeParse(await readJson(system, here))
    if (!parsed.success) continue
    for (const [server, { entry }] of Object.entries(parsed.data.servers)) {
      const spec = Object.hasOwn(manifest.servers, server) ? manifest.servers[server] : undefined
      if (spec === undefined) continue
      for (const { key, same } of compareKeys(serverOn(spec, environment), entry, render.key))
        if (!same) found.push({ environment, server, key })
    }
  }
  return found
}

/** Returns keys of trusted projects on other sides that differ from the stored ones. */
async function staleProjects(system: System, input: PlanInput): Promise<NonNullable<DoctorKey['projects']>> {
  const { render, home, world } = input
  const folder = render.folders(home.id)
  const here = folder === null ? null : toHere(home, folder)
  const trust = trustSchema.safeParse(here === null ? null : await readJson(system, reachable(`${here}/${trustName}`)))
  if (here === null || !trust.success || Object.keys(trust.data.projects).length === 0) return []
  const found: { environment: Environment; project: string; key: string }[] = []
  const secrets = openSecrets(system, here, input.manifest)
  for (const environment of world.environments) {
    const other = environment.id === home.id ? null : render.folders(environment.id)
    const kept = launchesSchema.safeParse(
      await readJson(system, other === null ? null : toHere(environment, layout(environment, other).launches)),
    )
    if (!kept.success) continue
    for (const project of Object.keys(trust.data.projects)) {
      const there = translate(world, native(project), home, environment)
      for (const [key, value] of Object.entries((there === null ? undefined : lookUp(kept.data.projects, there))?.keys ?? {})) {
        const stored = await secrets.get(key)
        if (stored !== null && !sameKey(stored, new Secret(value))) found.push({ environment, project, key })
      }
    }
  }
  return found
}

export const observeKeys = async (system: System, input: PlanInput, trouble: DoctorKey['trouble']): Promise<Facts['keys']> => ({
  missing: missingKeys(input),
  trouble,
  launches: await staleLaunches(system, input),
  projects: await staleProjects(system, input),
})
