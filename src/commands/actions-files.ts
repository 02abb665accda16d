import type { Action } from '../bridge/actions/action.ts'
import { type ConfigInput, readWish } from '../bridge/actions/config-change.ts'
import { previewServer } from '../bridge/actions/person/server-config.ts'
import { modelFiles } from '../bridge/actions/person/model-setting.ts'
import { Refusal } from '../bridge/base/refusal.ts'
import { clientById, clients } from '../catalog/clients/index.ts'
import type { Context } from '../context.ts'
import { withoutCopies } from '../core/plan/copies.ts'
import { remediesOf } from '../core/plan/wish-outcome.ts'
import { differs } from '../effects/sync/result.ts'
import { userPlace } from '../effects/manifest/place.ts'
import { TwinError } from '../errors.ts'
import type { Step } from '../model/plan.ts'
import { visible } from '../ui/escape.ts'
import { abbreviateHome, labelsFor } from '../ui/labels.ts'
import type { OpenBridge } from './bridge-at-home.ts'
import { listed } from './actions-screen.ts'
import { syncOptions } from './sync-options.ts'

/** Lines for a person, and remedies of ours, which hold commands to type. Both are safe to print. */
export interface ChangedFiles {
  readonly lines: readonly string[]
  readonly remedies: readonly string[]
}

/** Which files an action will change, and what stands in its way. Nothing is changed by looking. */
export async function changedFiles(context: Context, open: OpenBridge, action: Action): Promise<ChangedFiles> {
  try {
    if (action.type === 'update_mcp_config') {
      const { lines, remedies } = await serverFiles(context, open, action)
      return { lines: lines.map(visible), remedies: remedies.map(visible) }
    }
    return { lines: action.type === 'switch_model' ? await settingsFiles(open, action) : [], remedies: [] }
  } catch (error) {
    if (!(error instanceof TwinError || error instanceof Refusal)) throw error
    return { lines: [visible(`Which files change cannot be said now: ${error.message}`)], remedies: [] }
  }
}

async function settingsFiles(open: OpenBridge, action: Action): Promise<string[]> {
  const client = clientById(action.to ?? '')
  const situation = await open.homeContext.openAt(userPlace(open.homeContext.home))
  const files = client === null ? [] : modelFiles(client, situation)
  const { environments } = open.homeContext.world
  return files.length === 0
    ? []
    : listed(
        'These files change:',
        files.map((file) => visible(abbreviateHome(file, environments))),
      )
}

async function serverFiles(context: Context, { bridge, homeContext }: OpenBridge, action: Action): Promise<ChangedFiles> {
  const { system } = context
  const { environments } = homeContext.world
  const own = userPlace(homeContext.home)
  const wish = await readWish(action.params as unknown as ConfigInput, action.to, bridge.settings)
  const options = syncOptions(context, {}, { clients: [], on: [], keepsTrust: false })
  const all = await previewServer(system, () => homeContext.openAt(own), options, wish)
  const labels = labelsFor(homeContext.world, clients)
  const { steps } = withoutCopies(all, (id) => clientById(id)?.copyOf)
  const name = ({ client, environment }: Step): string =>
    client === null ? labels.environment(environment) : `${labels.client(client)} (${labels.environment(environment)})`
  const written = steps.filter((step) => step.outcome === 'planned' && step.file !== null && differs(step))
  const packages = steps.filter((step) => step.kind === 'install' && step.outcome === 'planned')
  const bad = steps.filter((step) => step.outcome === 'refused' || step.outcome === 'failed')
  const troubles = bad.map((step) => `${name(step)}: ${step.reason ?? step.outcome}`)
  const files = written.map((step) => `${labels.file(step.environment, step.file ?? '')}, of ${name(step)}`)
  const lines = [
    ...listed('These files change:', [`${abbreviateHome(own.shown, environments)}, your manifest`, ...files]),
    ...(packages.length === 0
      ? []
      : listed('This is installed:', [...new Set(packages.map((step) => `${step.reason ?? ''}, on ${name(step)}`))])),
    ...(troubles.length === 0 ? [] : listed('This stands in its way:', [...new Set(troubles)])),
  ]
  return { lines: lines.map((line) => abbreviateHome(line, environments)), remedies: remediesOf(bad).map((line) => `    ${line}`) }
}
