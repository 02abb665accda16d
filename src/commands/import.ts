import { isDeepStrictEqual } from 'node:util'
import { builtinServer } from '../catalog/servers/index.ts'
import type { importSetup as spec } from '../cli/specs/import.ts'
import type { Context, Run } from '../context.ts'
import { additionsTo, confirmedPart, type Incoming, incoming, type ExportPart, parts, settingLines } from '../core/export/incoming.ts'
import { isAgreed } from '../core/launch/identity.ts'
import { keysOfAll, wordsOf } from '../core/manifest/names.ts'
import { quoted } from '../core/doctor/names.ts'
import { nearest } from '../core/nearest.ts'
import { trustView } from '../core/trust/view.ts'
import { observeExtensions } from '../effects/extensions/observe.ts'
import { readExport, type ReadExport } from '../effects/export/read.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { userPlace } from '../effects/manifest/place.ts'
import { openSecrets } from '../effects/store/secrets.ts'
import { editManifest } from '../effects/sync/edit-manifest.ts'
import { exitOf } from '../effects/sync/result.ts'
import { type Edited, previewSync, runSync } from '../effects/sync/sync.ts'
import { EXIT, type ExitCode, TwinError, usageError } from '../errors.ts'
import type { OptionsOf } from '../model/command-line.ts'
import type { Manifest, ServerSpec } from '../model/manifest.ts'
import type { Step } from '../model/plan.ts'
import { visible } from '../ui/escape.ts'
import { abbreviateHome } from '../ui/labels.ts'
import { atHome, type HomeContext } from './at-home.ts'
import { incomingMemory } from './import-memory.ts'
import { askKeys, keysFromFile } from './keys.ts'
import { makeFolders } from './named-servers.ts'
import { reportSync } from './report-sync.ts'
import { syncOptions } from './sync-options.ts'
import { serverScreen } from './trust-screen.ts'
import { tryServers } from './trying.ts'

/** Sets this computer up as an export says. What it would start is shown first; nothing of it is used before a person agrees. */
export const run: Run<typeof spec> = async (context, [dir = ''], options) => {
  if (dir.trim() === '') throw usageError('Missing the folder to import.', { hint: 'mcp-twin import ./mcp-setup' })
  const named = partsOf(options.with ?? [])
  return atHome(context, { mayBeAbsent: true, prepareHome: true }, (found) => {
    // An export looks like a project to a command typed in it; it is for the user's own manifest.
    const place = found.place.scope === 'project' ? userPlace(found.home) : found.place
    const homeContext = { ...found, place, open: () => found.openAt(place) }
    return importFrom(context, homeContext, dir, named, options)
  })
}

function partsOf(words: readonly string[]): ReadonlySet<ExportPart> {
  return new Set(
    words.map((word) => {
      const part = parts.find((each) => each === word)
      const guess = nearest(word, parts)
      if (part === undefined)
        throw usageError(`--with does not know "${word}".`, {
          hint: guess === null ? `--with ${parts.join(', ')}` : `did you mean "${guess}"?`,
        })
      return part
    }),
  )
}

async function importFrom(
  context: Context,
  homeContext: HomeContext,
  dir: string,
  named: ReadonlySet<ExportPart>,
  options: OptionsOf<typeof spec>,
): Promise<ExitCode> {
  const { system, io } = context
  const { world, home } = homeContext
  const read = await readExport(system, world, home, dir)
  const { found, memory } = await broughtBy(context, homeContext, read)
  const view = trustView(found.manifest, read.lock, null)
  io.out(`${visible(abbreviateHome(read.shown, world.environments))} brings:`)
  for (const line of screen(found, read, serverScreen(view, keysOfAll(found.manifest), io.verbose))) io.wholeOut(visible(line))
  const preview = options.dryRun === true
  const opened = await homeContext.open()
  const fresh = notAgreed(opened, found, read)
  if (!preview && fresh.length === 0) context.io.note('All that this starts was agreed to before.')
  else if (!preview) await demandTrust(context, options.trust === true, fresh)
  const confirmed = preview ? named : await confirmParts(context, found, named)
  const taken = confirmedPart(found, confirmed)
  const brought = new Map(await keysFromFile(context, opened, options.secrets))
  const edit = (situation: Situation): Edited | null => withExport(situation, taken, read, brought)
  const after = edit(opened)?.situation ?? opened
  if (!preview) await askKeys(context, after, keysOfAll(taken), brought)
  const settings = syncOptions(context, options, { selfEverywhere: true, keepsTrust: false })
  if (!preview) await makeFolders(context, homeContext, await withFolders(taken))
  const result = preview
    ? await previewSync(system, after, settings)
    : await runSync(system, { open: homeContext.open, edit: async (situation) => edit(situation) }, settings, 'import', opened)
  const tried = await tryServers(context, homeContext, result, settings, preview ? { try: false } : options)
  const missing = await missingKeys(context, after, taken)
  const remembered = preview || !confirmed.has('memory') ? null : ((await memory?.take()) ?? null)
  const left = found.apart.map(({ part }) => part).filter((part) => !confirmed.has(part))
  const notices = [
    ...result.notices,
    ...found.notes,
    ...leftNotes(dir, left, after.manifest),
    ...keptNotes(opened, taken),
    ...keyNotes(missing, result.steps),
    ...tried.notices,
    ...(remembered?.notices ?? []),
  ]
  reportSync(
    context,
    world,
    { ...result, notices: [...new Set(notices)] },
    {
      command: 'import',
      preview,
      more: {
        from: read.shown,
        servers: Object.keys(taken.servers),
        shown: Object.fromEntries(Object.entries(view).map(([name, { lines }]) => [name, lines])),
        keys: missing,
        leftOut: left,
        memory: remembered?.counts ?? null,
        checks: tried.checks,
      },
      checks: tried.lines,
      ...(preview ? { farewell: 'Run it without --dry-run to apply it.' } : {}),
    },
  )
  return tried.exit(exitOf(result, { check: false }), new Set(Object.keys(taken.servers)))
}

/** What an export brings: its manifest, as far as it may be taken, and its memory. */
async function broughtBy(context: Context, homeContext: HomeContext, { manifest, shown }: ReadExport) {
  const distros = homeContext.world.environments.flatMap(({ distro }) => distro ?? [])
  const found = await withoutExtensions(context, homeContext, incoming(manifest, distros))
  const memory = await incomingMemory(context, homeContext, shown)
  if (memory === null) return { found, memory }
  if ('unread' in memory) return { found: { ...found, notes: [...found.notes, memory.unread] }, memory: null }
  return { found: { ...found, apart: [...found.apart, memory.apart] }, memory }
}

/** Without the servers that are extensions of another computer's Claude Desktop. */
async function withoutExtensions({ system }: Context, homeContext: HomeContext, found: Incoming): Promise<Incoming> {
  const servers = Object.entries(found.manifest.servers)
  if (servers.every(([, { extension }]) => extension === undefined)) return found
  const here = await observeExtensions(system, await homeContext.open(), { isShallow: true })
  const lacks = ({ extension }: ServerSpec): boolean => extension !== undefined && !here.found.has(extension)
  const left = servers.flatMap(([name, server]) =>
    lacks(server) ? [`${name} is left out: Claude Desktop here has no extension ${server.extension}`] : [],
  )
  const kept = Object.fromEntries(servers.filter(([, server]) => !lacks(server)))
  return { ...found, manifest: { ...found.manifest, servers: kept }, notes: [...found.notes, ...left] }
}

function screen(found: Incoming, { others }: ReadExport, servers: readonly string[]): string[] {
  const settings = settingLines(found)
  return [
    ...(servers.length === 0 ? ['  no servers'] : servers),
    ...(settings.length === 0 ? [] : ['Settings:', ...settings.map((line) => `  ${line}`)]),
    ...found.apart.flatMap(({ part, lines }) => [`Only if you confirm it apart, ${part}:`, ...lines.map((line) => `  ${line}`)]),
    ...(others.length === 0 ? [] : [`Others can change this export: ${others.join('; ')}`]),
  ]
}

/**
 * What an export brings that nobody on this computer has agreed to: servers that would start something else than before, and settings. Empty:
 * the person had all of it here already, so nothing is asked.
 */
function notAgreed(opened: Situation, found: Incoming, { lock }: ReadExport): string[] {
  const packages = { ...lock.packages, ...opened.lock.packages }
  const { changes } = additionsTo(opened.bytes === null ? null : opened.manifest, confirmedPart(found, new Set()))
  return changes.flatMap(({ path: [key = '', name] }) => {
    const server = key === 'servers' && name !== undefined ? found.manifest.servers[name] : undefined
    const { allowScripts: _, ...taken } = server ?? {}
    return server !== undefined && isAgreed(opened.state.agreed, taken, opened.sides, { version: 1, packages }) ? [] : [name ?? key]
  })
}

async function demandTrust({ io, prompt }: Context, answered: boolean, fresh: readonly string[]): Promise<void> {
  if (!answered) io.noteWhole(`Not agreed to on this computer yet: ${fresh.map(visible).join(', ')}.`, prompt.able)
  if (answered || (await prompt.confirm('Add these servers to this computer, and start them?', { flag: '--trust', default: false }))) return
  throw new TwinError('cancelled', 'Not imported; nothing was changed.', { exit: EXIT.cancelled })
}

const QUESTIONS: Readonly<Record<ExportPart, string>> = {
  'secrets.command': 'Let the program named above be run for your keys?',
  bridge: 'Use these settings of the bridge? Without them it stays as it is on this computer.',
  allowScripts: 'Let the packages named above run their install scripts?',
  memory: 'Store the memory? Programs find it and go by it.',
}

async function confirmParts({ prompt }: Context, { apart }: Incoming, named: ReadonlySet<ExportPart>): Promise<ReadonlySet<ExportPart>> {
  const confirmed = new Set(named)
  for (const { part } of apart)
    if (!confirmed.has(part) && prompt.able && (await prompt.confirm(QUESTIONS[part], { flag: `--with ${part}`, default: false })))
      confirmed.add(part)
  return confirmed
}

/** This computer's manifest and lock with what an export adds; null: nothing. */
function withExport(situation: Situation, taken: Manifest, { lock }: ReadExport, brought: Situation['brought']): Edited | null {
  const { changes } = additionsTo(situation.bytes === null ? null : situation.manifest, taken)
  if (changes.length === 0 && brought.size === 0 && situation.bytes !== null) return null
  const edited = editManifest(
    situation,
    changes.map((change) => ({ kind: 'set', ...change })),
  )
  const words = new Set(changes.flatMap(({ path: [key, name = ''] }) => (key === 'servers' ? wordsOf(taken.servers[name] ?? {}) : [])))
  const pins = Object.entries(lock.packages).filter(([each]) => words.has(each) && !Object.hasOwn(situation.lock.packages, each))
  const packages = { ...situation.lock.packages, ...Object.fromEntries(pins) }
  return {
    bytes: edited.bytes,
    situation: { ...edited.situation, brought, lock: pins.length === 0 ? situation.lock : { ...situation.lock, packages } },
  }
}

/** Names of the servers that are as in the built-in list, and so need its folders. */
async function withFolders({ servers }: Manifest): Promise<string[]> {
  const found: string[] = []
  for (const [name, { args }] of Object.entries(servers))
    if (isDeepStrictEqual(args, (await builtinServer(name))?.server.args)) found.push(name)
  return found
}

async function missingKeys({ system }: Context, { home, manifest, self, brought }: Situation, taken: Manifest): Promise<string[]> {
  const store = openSecrets(system, home.here, manifest, self.id)
  const missing: string[] = []
  for (const name of keysOfAll(taken)) if (!brought.has(name) && !(await store.has(name))) missing.push(name)
  return missing
}

const leftNotes = (dir: string, left: readonly ExportPart[], { bridge }: Manifest): string[] =>
  left.length === 0
    ? []
    : [
        `not taken: ${left.join(', ')}${left.includes('bridge') ? `; the bridge ${bridge?.enabled === false ? 'is off' : 'keeps its settings'}` : ''}. To take ${left.length === 1 ? 'it' : 'them'}: ` +
          `mcp-twin import ${quoted(dir)} --trust --with ${left.join(',')}`,
      ]

const keptNotes = (opened: Situation, taken: Manifest): string[] =>
  additionsTo(opened.bytes === null ? null : opened.manifest, taken).kept.map((name) => `${name} is different here and stays as it is`)

/** Keys that are missing, but for those with which a server is refused above. */
const keyNotes = (missing: readonly string[], steps: readonly Step[]): string[] =>
  missing
    .map((name) => ({ name, way: `mcp-twin secret set ${name}` }))
    .filter(({ way }) => !steps.some(({ hint }) => hint !== null && `${hint};`.startsWith(`${way};`)))
    .map(({ name, way }) => `key ${name} is missing: ${way}`)
