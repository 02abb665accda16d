import { openLink } from '../effects/machine/open-link.ts'
import type { Action } from '../bridge/actions/action.ts'
import { read } from '../bridge/actions/queue.ts'
import { allow, beginApproved, demandHere, end } from '../bridge/actions/running.ts'
import { Refusal } from '../bridge/base/refusal.ts'
import { rulesFor } from '../bridge/actions/intake/asking.ts'
import { wordsOf } from '../bridge/actions/runner.ts'
import type { ActionMeans, ActionOutcome, PreparedAction } from '../bridge/actions/type.ts'
import { needsPerson, typeNamed } from '../bridge/actions/types/index.ts'
import type { Settings } from '../bridge/base/settings.ts'
import type { Bridge } from '../bridge/contract/bridge.ts'
import { claimOf, liveIn } from '../bridge/handoff/claims.ts'
import { Policy } from '../bridge/policy/policy.ts'
import { actionFacts } from '../bridge/tools/actions/words.ts'
import { clientById } from '../catalog/clients/index.ts'
import type { Context } from '../context.ts'
import { isObject } from '../core/object.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { userPlace } from '../effects/manifest/place.ts'
import { hasTerminal } from '../effects/run/standard-input.ts'
import { EXIT, type ExitCode, TwinError } from '../errors.ts'
import type { JsonObject, JsonValue } from '../model/entry.ts'
import { type ChangedFiles, changedFiles } from './actions-files.ts'
import { actionScreen, resultLines } from './actions-screen.ts'
import { lookInBridge, type OpenBridge, refused, terminalClient } from './bridge-at-home.ts'
import { demandStored } from './stored-names.ts'
import { syncOptions } from './sync-options.ts'

/** Carries out an action that waits for a person, in this process, once the person has seen what it does and agreed. */
export const runAction = (context: Context, id: string): Promise<ExitCode> =>
  lookInBridge(context, async (open) => {
    const { bridge } = open
    await demandStored(bridge, 'action', id)
    const store = await bridge.store()
    const isLive = liveIn(bridge.settings)
    const waiting = await refused(store.read((database) => read(database, id, isLive, bridge.now())))
    await refused(Promise.resolve(waiting).then(demandHere))
    const fresh = waiting.status === 'needs_user' ? await refused(reviewed(waiting, bridge.settings)) : null
    demandReadable(bridge)
    if (context.isDry === true) return rehearse(context, open, waiting, fresh)
    const approved = await approve(context, await refused(screenOf(context, open, waiting, fresh)))
    // It may have been changed while the person read.
    await bridge.followManifest()
    demandReadable(bridge)
    if (!bridge.audit.ready())
      throw new TwinError('unrecorded', `Nothing was done, since it could not be recorded (${bridge.audit.trouble}).`, {
        hint: 'free disk space, or fix bridge/audit.jsonl',
      })
    const audit = (outcome: string) =>
      bridge.audit.write({ event: 'action', client: terminalClient, tool: waiting.type, subject: id, outcome })
    const by = claimOf(bridge.settings, terminalClient, bridge.session)
    const author = { client: terminalClient, session: bridge.session }
    const way = await refused(usualWay(bridge, waiting))
    if (way !== null) {
      const allowed = await refused(store.write(author, (transaction) => allow(transaction, waiting, way, isLive)))
      audit(approved)
      context.io.json(actionFacts(allowed))
      context.io.out(
        `Approved: ${way.carrier === 'runner' ? 'the bridge carries it out' : `${allowed.to ?? 'a program'} may take it now`}.`,
      )
      return EXIT.ok
    }
    const action = await refused(store.write(author, (transaction) => beginApproved(transaction, waiting, by, isLive)))
    audit(approved)
    // With --yes nobody looked at what was shown just now, only at what the action said before.
    const shown = context.options.yes === true ? waiting.result : fresh
    const outcome = await outcomeOf(context, open, action, shown)
    await bridge.redaction.ready()
    const result = bridge.redaction.deep(outcome.result) as ActionOutcome['result']
    audit(wordsOf({ ...outcome, result }))
    await store.write(author, (transaction) => end(transaction, id, by, { ...outcome, result }))
    const ended = { ...action, status: outcome.status, result, claim: null }
    context.io.json(actionFacts(ended))
    for (const line of resultLines(ended)) context.io.out(line)
    return outcome.status === 'failed' ? EXIT.failed : outcome.status === 'needs_user' ? EXIT.attention : EXIT.ok
  })

/** What `runAction` would ask about, for somebody who only looks; null for an action that waits for nobody or has become impossible. */
export async function waitingScreen(context: Context, open: OpenBridge, id: string): Promise<ChangedFiles | null> {
  const { bridge } = open
  const store = await bridge.store()
  const action = await store.read((database) => read(database, id, liveIn(bridge.settings), bridge.now()))
  if (action.status !== 'needs_user' || bridge.settings.unreadable !== undefined) return null
  try {
    return await screenOf(context, open, action, await reviewed(action, bridge.settings))
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

/** Shows what would be asked about, and refuses what could not be approved. */
async function rehearse(context: Context, open: OpenBridge, waiting: Action, fresh: JsonObject | null): Promise<ExitCode> {
  const { bridge } = open
  const [isLive, by] = [liveIn(bridge.settings), claimOf(bridge.settings, terminalClient, bridge.session)]
  const store = await bridge.store()
  const { lines, remedies } = await refused(screenOf(context, open, waiting, fresh))
  await refused(
    store.write({ client: terminalClient, session: bridge.session }, (transaction) => beginApproved(transaction, waiting, by, isLive)),
  )
  context.io.json({ ...actionFacts(waiting), dryRun: true })
  for (const line of lines) context.io.wholeOut(line)
  for (const line of remedies) context.io.out(line)
  context.io.out('Nothing was changed (--dry-run).')
  return EXIT.ok
}

/** Refuses to carry anything out where nobody knows what the manifest closes. */
function demandReadable({ settings: { unreadable } }: Bridge): void {
  if (unreadable !== undefined) throw new TwinError('refused', `Nothing was done. ${unreadable}`)
}

/** Shows what will be and asks; returns how it was approved, for the audit. */
async function approve({ io, options, prompt }: Context, { lines, remedies }: ChangedFiles): Promise<string> {
  for (const line of lines) io.noteWhole(line, options.yes !== true)
  for (const line of remedies) io.note(line)
  if (options.yes === true) return hasTerminal() ? 'approved with --yes' : 'approved without a terminal'
  if (!(await prompt.confirm('Approve?', { flag: '--yes', default: false })))
    throw new TwinError('cancelled', 'Cancelled; nothing was changed.', { exit: EXIT.cancelled })
  return 'approved'
}

/** What a person decides about. Which files change is looked up only for somebody who is asked. */
async function screenOf(context: Context, open: OpenBridge, action: Action, fresh: JsonObject | null): Promise<ChangedFiles> {
  const shown = await actionScreen(action, open.bridge.settings, fresh)
  if (context.options.yes === true || action.status !== 'needs_user') return { lines: shown, remedies: [] }
  const files = await changedFiles(context, open, action)
  return { ...files, lines: [...shown, ...files.lines] }
}

/** How an action that another machine asked for goes on once a person has agreed, by today's policy; null: this command does it. */
async function usualWay({ settings }: Bridge, action: Action): Promise<Pick<PreparedAction, 'carrier' | 'claimable'> | null> {
  const { id, type, from, to, params, carrier } = action
  if (carrier !== 'person' || needsPerson(type)) return null
  const rules = rulesFor(action, settings)
  return (await typeNamed(type)?.prepare(params, { id, client: from, to, settings: rules, policy: new Policy(rules) })) ?? null
}

const reviewed = async (action: Action, settings: Settings): Promise<JsonObject | null> =>
  (await typeNamed(action.type)?.review(action, settings)) ?? null

/** Carries the action out. `shown` is what the person has seen of it; a person's own manifest is changed, wherever this was typed. */
async function outcomeOf(context: Context, { bridge, homeContext }: OpenBridge, action: Action, shown: JsonValue): Promise<ActionOutcome> {
  const { system } = context
  const own = (): Promise<Situation> => homeContext.openAt(userPlace(homeContext.home))
  const rules = rulesFor(action, bridge.settings)
  const means: ActionMeans = {
    settings: rules,
    policy: new Policy(rules),
    openLink: (client, link) => openLink(system, homeContext.world, clientById(client)?.links?.on ?? [], link),
    person: {
      async changeServer(id, wish) {
        const { changeServer } = await import('../bridge/actions/person/server-config.ts')
        // Only a person's own command trusts a project anew.
        const options = syncOptions(context, {}, { clients: [], on: [], keepsTrust: false })
        return changeServer(system, own, options, { id, wish, approved: isObject(shown) ? shown.digest : undefined })
      },
      async setModel(client, model) {
        const { setModel } = await import('../bridge/actions/person/model-setting.ts')
        return setModel(system, await own(), client, model)
      },
    },
  }
  try {
    const type = typeNamed(action.type)
    const outcome = (await type?.carryOut(action, means)) ?? null
    return outcome ?? { status: 'needs_user', result: { message: `The program that claims it carries it out: claim_action ${action.id}.` } }
  } catch (error) {
    // Every failure becomes the action's result, which the program that asked reads.
    const hint = error instanceof TwinError && error.hint !== undefined ? ` (${error.hint})` : ''
    return { status: 'failed', result: { error: `${error instanceof Error ? error.message : String(error)}${hint}` } }
  }
}
