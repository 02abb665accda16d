import { takeEdit } from '../../core/adopt/edit.ts'
import { secretNames } from '../../core/keys/naming.ts'
import { BRIDGE } from '../../core/manifest/new-name.ts'
import { digest, meaning } from '../../core/launch/meaning.ts'
import { neutral } from '../../core/launch/read.ts'
import { lookUp } from '../../core/lookup.ts'
import { looksPosixPath, looksWindowsPath } from '../../core/paths.ts'
import { readClientFile } from '../../core/plan/file.ts'
import { makePlan, type PlanInput, type PlannedFile, startSide } from '../../core/plan/plan.ts'
import type { Entry } from '../../model/entry.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import { reveal, type Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { importPresent, withFound } from './absent.ts'
import { compose, serverChanges, type AdoptedEntry } from './compose.ts'
import type { ManifestChange } from './edit-manifest.ts'
import { sameKey } from '../store/secrets-file.ts'
import type { Situation } from '../manifest/open.ts'
import { allFound } from './import.ts'
import { keeperOf } from './keys.ts'
import type { SyncOptions } from './options.ts'
import { prepare } from './prepare.ts'
import type { Edited } from './sync.ts'

interface Adopted {
  readonly servers: Map<string, ServerSpec>
  readonly removed: Set<string>
  readonly entries: AdoptedEntry[]
  readonly keys: Map<string, Secret>
  readonly notices: string[]
  /** The program that stores the keys instead of us: an edited key cannot be stored there. */
  readonly keeper: string | null
}

/** Applies hand edits, removals and unmanaged entries to the manifest, and so to the other side; null: nothing to apply. */
export async function adoption(system: System, situation: Situation, options: SyncOptions): Promise<Edited | null> {
  const { input } = await prepare(system, situation, { ...options, force: false, prune: false, resolve: false })
  const adopted: Adopted = {
    servers: new Map(),
    removed: new Set(),
    entries: [],
    keys: new Map(),
    notices: [],
    keeper: keeperOf(situation),
  }
  for (const file of makePlan(input).files) adoptFile(input, file, adopted)
  for (const name of adopted.removed) adopted.servers.delete(name)
  const wishes = { ...(await allFound(system, situation, input)), only: options.servers, takesMcpRemote: true }
  const { imported, absent, kept, found } = await importPresent(system, situation, input, wishes, options)
  const reasons = new Set(absent.values())
  for (const { name, reason } of imported.unmanaged) if (reasons.has(reason)) adopted.notices.push(`${name}: left alone, ${reason}`)
  const changes: ManifestChange[] = [
    ...[...adopted.servers].map(
      ([name, server]): ManifestChange => ({ kind: 'set', path: ['servers', name], value: JSON.parse(JSON.stringify(server)) }),
    ),
    ...[...adopted.removed].map(
      (name): ManifestChange =>
        name === BRIDGE ? { kind: 'set', path: ['bridge', 'enabled'], value: false } : { kind: 'remove', path: ['servers', name] },
    ),
    ...serverChanges(situation.manifest, imported.servers),
  ]
  const { notices } = adopted
  const state = kept === situation.state.absent ? situation.state : { ...situation.state, absent: kept }
  if (changes.length === 0) return notices.length === 0 ? null : { situation: { ...situation, state, notices }, bytes: null }
  const brought = new Map([...adopted.keys, ...imported.secrets.map(({ name, value }) => [name, value] as const)])
  for (const key of brought.values()) options.hide(key)
  if (adopted.keeper === null && brought.size > 0) notices.push(`into the key store: ${[...brought.keys()].join(', ')}`)
  return compose({ ...withFound({ ...situation, state }, found), notices }, input.files, {
    changes,
    adopted: [...adopted.entries, ...imported.adopted],
    brought,
  })
}

/** Adopts every entry of one file that the plan refuses because a person changed it. */
function adoptFile(input: PlanInput, { observed, desired, plan }: PlannedFile, adopted: Adopted): void {
  const read = readClientFile(observed.client, observed.bytes)
  if (!read.ok) return
  const present = new Map(read.document.entries().map((each) => [each.name, each]))
  for (const { step, entryName, record } of plan.entries) {
    const wanted = desired.wanted.find((each) => each.name === entryName)
    if (step.kind !== 'refuse' || wanted === undefined) continue
    const entry = present.get(entryName)
    if (entry === undefined) {
      if (record !== null) adopted.removed.add(wanted.server)
      continue
    }
    const [theirs, ours] = [meaning(entry.value, observed.client), meaning(reveal(wanted.value), observed.client)]
    if (entry.duplicate || 'unreadable' in theirs || 'unreadable' in ours) continue
    adoptEdit(input, observed, { name: wanted.server, entryName, theirs, ours }, adopted)
  }
}

interface Edit {
  readonly name: string
  readonly entryName: string
  readonly theirs: Entry
  readonly ours: Entry
}

function adoptEdit(input: PlanInput, observed: PlannedFile['observed'], { name, entryName, theirs, ours }: Edit, adopted: Adopted): void {
  const { environment, client, file } = observed
  const spec = lookUp(input.manifest.servers, name)
  // Of two edited clients the first one counts; the other is equal then, or still reported as edited.
  if (spec === undefined || adopted.servers.has(name)) return
  if (spec.extension !== undefined) {
    adopted.notices.push(
      `${client.label}: "${entryName}" starts an extension of Claude Desktop, which says how: change its values there, or restore ours: mcp-twin sync --force`,
    )
    return
  }
  const side = startSide(observed)
  const context = { ...input.render, environment: side, name }
  const isShared = input.files.some((file) => file.environment.id !== environment.id) && spec.on === undefined && spec.only === undefined
  const edit = takeEdit(spec, {
    name,
    environment: side,
    before: neutral(ours, context),
    after: neutral(theirs, context),
    everywhere: (text) => (isShared && (looksPosixPath(text) || looksWindowsPath(text)) && !/[{}]/.test(text) ? `\${path:${text}}` : null),
    names: secretNames((each) => adopted.keys.get(each) ?? input.render.key(each)),
  })
  if (input.render.project !== undefined && edit.secrets.length > 0) {
    // It may come from a git pull, and would replace the person's own key.
    adopted.notices.push(
      `${client.label}: "${entryName}" has a value in place of a key, and keys are not adopted from a project's file: ` +
        'remove it there, or restore ours: mcp-twin sync --force',
    )
    return
  }
  const lost = edit.secrets.find(({ name: key, value }) => !sameKey(input.render.key(key) ?? undefined, value))
  if (adopted.keeper !== null && lost !== undefined) {
    adopted.notices.push(
      `${client.label}: the key ${lost.name} in "${entryName}" was edited there, but ${adopted.keeper} keeps the keys: ` +
        'change it there, then: mcp-twin sync --adopt; or restore the stored key: mcp-twin sync --force',
    )
    return
  }
  adopted.servers.set(name, edit.server)
  for (const { name: key, value } of edit.secrets) adopted.keys.set(key, value)
  adopted.entries.push({ environment: environment.id, client: client.id, file, name: entryName, server: name, digest: digest(theirs) })
}
