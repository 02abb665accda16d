import { writtenIn } from '../../../effects/manifest/server-changes.ts'
import { isDeepStrictEqual } from 'node:util'
import { clientById } from '../../../catalog/clients/index.ts'
import { lookUp } from '../../../core/lookup.ts'
import { withoutCopies } from '../../../core/plan/copies.ts'
import { wishOutcome } from '../../../core/plan/wish-outcome.ts'
import { afterWish, wishDigest } from '../../../core/plan/wish.ts'
import type { Situation } from '../../../effects/manifest/open.ts'
import { editManifest } from '../../../effects/sync/edit-manifest.ts'
import type { SyncOptions } from '../../../effects/sync/options.ts'
import { exitOf } from '../../../effects/sync/result.ts'
import { type Edited, previewSync, runSync } from '../../../effects/sync/sync.ts'
import { EXIT, noManifest } from '../../../errors.ts'
import type { JsonObject, JsonValue } from '../../../model/entry.ts'
import type { ServerSpec } from '../../../model/manifest.ts'
import type { Step } from '../../../model/plan.ts'
import type { System } from '../../../model/system.ts'
import { failed } from '../../base/refusal.ts'
import { type ConfigWish, needsOf } from '../config-change.ts'
import { labelOf } from '../target.ts'
import type { ActionOutcome } from '../type.ts'

/** The manifest is not as it was when the person was shown what would be. */
class Outdated extends Error {
  readonly standing: ServerSpec | undefined

  constructor(standing: ServerSpec | undefined) {
    super('the manifest has changed since this was shown')
    this.standing = standing
  }
}

const shown = ({ outcome, client, environment, server, reason }: Step): JsonObject => ({
  ...{ outcome, environment, client: client ?? '', server: server ?? '' },
  ...(reason !== null && { reason }),
})

/**
 * Changes one server of the manifest and then every config, through the same plan and apply as a sync. `approved`: the digest of
 * what the person was shown. Where the manifest says something else by now, nothing is done, and the person is asked again.
 */
export async function changeServer(
  system: System,
  open: () => Promise<Situation>,
  options: SyncOptions,
  { id, wish, approved }: { readonly id: string; readonly wish: ConfigWish; readonly approved: JsonValue | undefined },
): Promise<ActionOutcome> {
  try {
    return await granted(system, open, options, wish, approved)
  } catch (error) {
    if (!(error instanceof Outdated)) throw error
    const { message, ...needs } = needsOf(id, wish, error.standing)
    return {
      status: 'needs_user',
      result: { message: `Nothing was done, since ${error.message}. Look again.\n${String(message)}`, ...needs },
    }
  }
}

/** What granting a wish would do to each file, without doing any of it. */
export async function previewServer(
  system: System,
  open: () => Promise<Situation>,
  options: SyncOptions,
  wish: ConfigWish,
): Promise<readonly Step[]> {
  const situation = await open()
  const edited = editFor(situation, wish, afterWish(lookUp(writtenIn(situation).servers, wish.name), wish))
  const { steps } = await previewSync(system, edited?.situation ?? situation, options)
  return steps.filter(({ server }) => server === wish.name)
}

/** The manifest with a server as it will be (null: without it); null: it says so already. */
function editFor(situation: Situation, { name }: ConfigWish, after: ServerSpec | null): Edited | null {
  const path = ['servers', name]
  const standing = lookUp(writtenIn(situation).servers, name)
  if (after === null) return standing === undefined ? null : editManifest(situation, [{ kind: 'remove', path }])
  const value = JSON.parse(JSON.stringify(after)) as JsonObject
  return isDeepStrictEqual(standing, value) ? null : editManifest(situation, [{ kind: 'set', path, value }])
}

async function granted(
  system: System,
  open: () => Promise<Situation>,
  options: SyncOptions,
  wish: ConfigWish,
  approved: JsonValue | undefined,
): Promise<ActionOutcome> {
  const { name, server } = wish
  const edit = async (situation: Situation) => {
    if (situation.bytes === null) throw failed(`${noManifest(situation.place.shown)} To make one: mcp-twin init`)
    const standing = lookUp(writtenIn(situation).servers, name)
    const after = afterWish(standing, wish)
    if (wishDigest(standing, after) !== approved) throw new Outdated(standing)
    if (server === null && standing === undefined)
      throw failed(`The manifest has no server ${JSON.stringify(name)}. To see all servers: mcp-twin list`)
    return editFor(situation, wish, after)
  }
  const result = await runSync(system, { open, edit }, options, 'actions run')
  const about = new Set([name])
  const isWell = exitOf(result, { check: false, about }) === EXIT.ok
  const steps = result.steps.filter((step) => step.server === name)
  const back = result.run === null ? '' : `\nTo take it back: mcp-twin undo ${result.run}`
  const restart = result.restart.length === 0 ? '' : `\nRestart ${result.restart.map(labelOf).join(', ')} to use it.`
  const more = { steps: steps.map(shown), ...(result.run !== null && { run: result.run }), restart: [...result.restart] }
  const words = wishOutcome(wish, withoutCopies(steps, (id) => clientById(id)?.copyOf).steps, labelOf)
  if (!isWell) return { status: 'failed', result: { error: `${words}${restart}${back}`, ...more } }
  return { status: 'done', result: { message: `${words}${restart}${back}`, ...more } }
}
