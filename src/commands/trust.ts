import { clients } from '../catalog/clients/index.ts'
import type { Context } from '../context.ts'
import { layout } from '../core/layout.ts'
import { keysOfAll } from '../core/manifest/names.ts'
import { toHere } from '../core/paths.ts'
import { loadManifest } from '../effects/manifest/load.ts'
import { vetManifest } from '../effects/ownership/vet.ts'
import { findProject, projectPart } from '../effects/run/project.ts'
import { openSecrets } from '../effects/secrets/store.ts'
import { usersOwn } from '../effects/situation/open.ts'
import { grantTrust } from '../effects/trust/grant.ts'
import { manifestDigest } from '../core/manifest/digest.ts'
import { EXIT, type ExitCode, TwinError, usageError } from '../errors.ts'
import type { Manifest } from '../model/manifest.ts'
import { visible } from '../ui/escape.ts'
import { atHome, type Ground } from './at-home.ts'

/** One line a server: what a program would start or reach, as the manifest says it, safe to show. */
export const whatStarts = (manifest: Pick<Manifest, 'servers'>): string[] =>
  Object.entries(manifest.servers).map(([name, { package: words, command, url, args = [], env = {}, disabled }]) => {
    const what =
      url ?? [command ?? `npx -y ${words ?? '?'}`, ...args.map((word) => (/\s/.test(word) ? JSON.stringify(word) : word))].join(' ')
    const variables = Object.entries(env).map(([key, value]) => `${key}=${value}`)
    return visible(`${name}: ${[...variables, what].join(' ')}${disabled === true ? ' (switched off)' : ''}`)
  })

/**
 * Records that a person has looked at a project's manifest, so that `run --project` starts its servers until it
 * changes. On a terminal it shows what would start and asks; typed without one, or with `--yes`, the command itself is the
 * answer: it does nothing else. (No other command's `--yes` answers for trust.)
 */
export async function run(context: Context, args: string[], _options: Record<string, unknown>): Promise<ExitCode> {
  const [directory = '.'] = args
  return atHome(context, { mayBeAbsent: true }, (ground) => trust(context, ground, directory))
}

async function trust(context: Context, ground: Ground, directory: string): Promise<ExitCode> {
  const { system, io, prompt } = context
  const { environment } = ground.home
  const project = await findProject(system, environment, directory, ground.world)
  const own = toHere(environment, layout(environment, ground.home.folder).manifest)
  if (own === project.here) throw usageError('This is your own manifest, and needs no trust.', { hint: 'mcp-twin trust DIR, in a project' })
  const vetted = await vetManifest(system, environment, project.place)
  const loaded = await loadManifest(
    system,
    vetted.manifest,
    project.shown,
    clients.map((client) => client.id),
  )
  if (loaded === null) throw usageError(`${project.shown} has gone.`)
  const manifest = projectPart(loaded.manifest)
  io.out(`${visible(project.shown)} starts, when a program asks for it:`)
  for (const line of whatStarts(manifest)) io.out(`  ${line}`)
  const keys = keysOfAll(manifest)
  if (keys.length > 0) io.out(`Keys that these servers get: ${keys.join(', ')}`)
  const store = openSecrets(system, ground.home.here, await usersOwn(system, ground.home), environment.id)
  for (const name of keys)
    if (!(await store.has(name))) io.note(store.trouble(name) ?? `${name} is not stored yet: mcp-twin secret set ${name}`)
  if (prompt.able && !(await prompt.confirm('Trust it until it changes?', { flag: '--yes', default: false }))) {
    throw new TwinError('cancelled', 'Not trusted; nothing was changed.', { exit: EXIT.cancelled })
  }
  const changed = await grantTrust(system, ground, { shown: project.shown, bytes: loaded.bytes }, keys)
  io.json({
    command: 'trust',
    project: project.folder,
    digest: manifestDigest(loaded.bytes),
    changed,
    servers: Object.keys(manifest.servers),
    keys,
  })
  io.out(changed ? 'Trusted, until it changes.' : 'It was trusted already.')
  return EXIT.ok
}
