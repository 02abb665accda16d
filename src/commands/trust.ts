import type { Context } from '../context.ts'
import { layout } from '../core/layout.ts'
import { findProject } from '../effects/run/project.ts'
import { openSecrets } from '../effects/store/secrets.ts'
import { usersOwn } from '../effects/manifest/open.ts'
import { projectPlace } from '../effects/manifest/place.ts'
import { grantTrust } from '../effects/sync/trust-grant.ts'
import { unreachedNotice } from '../effects/sync/trust-keep.ts'
import { realPlace } from '../effects/store/trusted-place.ts'
import { reviewProject } from '../effects/sync/trust-review.ts'
import { EXIT, type ExitCode, TwinError, usageError } from '../errors.ts'
import { visible } from '../ui/escape.ts'
import { atHome, type Ground } from './at-home.ts'
import { syncOptions } from './sync-options.ts'
import { installTrusted } from './trust-project.ts'
import { trustDocument, trustScreen } from './trust-screen.ts'

/**
 * Records that a person has looked at a project, so that `run --project` starts its servers until its manifest or its
 * lock changes. On a terminal it shows what would start and asks; typed without one, or with `--yes`, the command itself is the
 * answer: it does nothing else. (No other command's `--yes` answers for trust.)
 */
export async function run(context: Context, args: string[], options: Record<string, unknown>): Promise<ExitCode> {
  const [directory] = args
  return atHome(context, { mayBeAbsent: true }, async (ground) => {
    if (options.list !== true && options.revoke !== true) return trust(context, ground, directory ?? '.')
    const others = await import('./trust-records.ts')
    if (options.revoke !== true) return others.list(context, ground)
    if (options.list === true || directory === undefined)
      throw usageError('--revoke needs the folder of a project.', { hint: 'mcp-twin trust --list shows them' })
    return others.revoke(context, ground, directory)
  })
}

async function trust(context: Context, ground: Ground, directory: string): Promise<ExitCode> {
  const { system, io, prompt } = context
  const { environment, folder } = ground.home
  const project = await findProject(system, environment, directory, ground.world)
  const real = await realPlace(system, ground.world, environment, project.folder)
  const place = await projectPlace(system, environment, real ?? project.folder)
  const own = await realPlace(system, ground.world, environment, layout(environment, folder).folder)
  if (place.project === own) throw usageError('Your own manifest needs no trust.', { hint: 'mcp-twin trust DIR, in a project' })
  const review = await reviewProject(system, () => ground.look(place), syncOptions(context))
  io.out(`${visible(place.shown)} can start:`)
  for (const line of trustScreen(review)) io.out(line)
  await sayMissingKeys(context, ground, review.keys)
  if (prompt.able && !(await prompt.confirm('Trust it until it changes?', { flag: '--yes', default: false }))) {
    throw new TwinError('cancelled', 'Not trusted; its servers do not start.', { exit: EXIT.cancelled })
  }
  const { seen, keys, view, others } = review
  const { changed, unreached } = await grantTrust(system, ground, seen, { ...others, keys, shown: view })
  const notices = [...unreachedNotice(unreached), ...(await installTrusted(context, ground, () => ground.openAt(place)))]
  io.json({ command: 'trust', changed, ...trustDocument(review), notices })
  for (const notice of notices) io.note(notice)
  io.out(changed ? 'Trusted, until it changes.' : 'Already trusted.')
  return EXIT.ok
}

async function sayMissingKeys({ system, io }: Context, { home }: Ground, keys: readonly string[]): Promise<void> {
  const store = openSecrets(system, home.here, await usersOwn(system, home), home.environment.id)
  for (const name of keys)
    if (!(await store.has(name))) io.note(store.trouble(name) ?? `${name} is not stored yet: mcp-twin secret set ${name}`)
}
