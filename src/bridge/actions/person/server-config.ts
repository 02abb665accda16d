import { isDeepStrictEqual } from 'node:util'
import { lookUp } from '../../../core/lookup.ts'
import { meaning } from '../../../core/launch/meaning.ts'
import { neutral } from '../../../core/launch/read.ts'
import type { Situation } from '../../../effects/manifest/open.ts'
import { editManifest } from '../../../effects/sync/edit-manifest.ts'
import type { SyncOptions } from '../../../effects/sync/options.ts'
import { exitOf } from '../../../effects/sync/result.ts'
import { runSync } from '../../../effects/sync/sync.ts'
import { EXIT } from '../../../errors.ts'
import type { JsonObject } from '../../../model/entry.ts'
import type { ServerSpec } from '../../../model/manifest.ts'
import type { Step } from '../../../model/plan.ts'
import type { System } from '../../../model/system.ts'
import { failed } from '../../base/refusal.ts'
import type { Outcome } from '../type.ts'

/** The fields of a server that stay when its command, package or address changes. */
type Kept = Omit<ServerSpec, 'package' | 'command' | 'url' | 'args' | 'env' | 'headers' | 'transport' | 'bin' | 'on' | 'runIn'>

function kept(server: ServerSpec | undefined): Kept {
  const { package: _package, command, url, args, env, headers, transport, bin, on, runIn, ...rest } = server ?? {}
  return rest
}

/** The server as the manifest writes it: `npx -y pkg` becomes a package. */
function inManifest(server: ServerSpec, { self, world, home, lock, manifest }: Situation): ServerSpec {
  const entry = meaning(JSON.parse(JSON.stringify(server)) as JsonObject, { spelling: {} })
  if ('unreadable' in entry) return server
  const read = neutral(entry, { environment: self, world, home: home.environment, lock, folders: () => null, manifest })
  // `neutral` escapes templates, since an entry of a client holds plain text; here `${secret:NAME}` is a template of the manifest.
  return JSON.parse(JSON.stringify(read).replace(/\$\$\{(secret|path|env):/g, '${$1:')) as ServerSpec
}

const shown = ({ outcome, client, environment, server, reason }: Step): JsonObject => ({
  ...{ outcome, environment, client: client ?? '', server: server ?? '' },
  ...(reason !== null && { reason }),
})

/** Changes one server of the manifest and then every config, through the same plan and apply as a sync. */
export async function changeServer(
  system: System,
  open: () => Promise<Situation>,
  options: SyncOptions,
  name: string,
  server: ServerSpec | null,
): Promise<Outcome> {
  const path = ['servers', name]
  const edit = async (situation: Situation) => {
    if (situation.bytes === null) throw failed('There is no manifest to change; mcp-twin init makes one.')
    const standing = lookUp(situation.manifest.servers, name)
    if (server === null) {
      if (standing === undefined) throw failed(`The manifest has no server ${JSON.stringify(name)}; mcp-twin list shows all servers.`)
      return editManifest(situation, [{ kind: 'remove', path }])
    }
    const value = JSON.parse(JSON.stringify({ ...kept(standing), ...inManifest(server, situation) })) as JsonObject
    return isDeepStrictEqual(standing, value) ? null : editManifest(situation, [{ kind: 'set', path, value }])
  }
  const result = await runSync(system, { open, edit }, options, 'actions run')
  const about = new Set([name])
  const isWell = exitOf(result, { check: false, about }) === EXIT.ok
  const steps = result.steps.filter((step) => step.server === name)
  const words = steps.map(
    ({ outcome, environment, client, reason }) => `${environment} ${client ?? ''} ${outcome}${reason === null ? '' : `: ${reason}`}`,
  )
  const undo = result.run === null ? '' : ` mcp-twin undo ${result.run} takes it back.`
  const restart = result.restart.length === 0 ? '' : ` Restart ${result.restart.join(', ')}.`
  const more = { steps: steps.map(shown), ...(result.run !== null && { run: result.run }), restart: [...result.restart] }
  const what = server === null ? `${name} is removed` : `${name} is set`
  if (!isWell) return { status: 'failed', result: { error: `Not every config could be changed: ${words.join('; ')}.${undo}`, ...more } }
  return { status: 'done', result: { message: `${what}: ${words.join('; ') || 'nothing differed'}.${restart}${undo}`, ...more } }
}
