import { isDeepStrictEqual } from 'node:util'
import { builtinServer } from '../catalog/servers/index.ts'
import type { importSetup as spec } from '../cli/specs/import.ts'
import type { Context, Run } from '../context.ts'
import type { ImportChanges } from '../core/export/compare.ts'
import { confirmedPart, type Incoming, incoming, type ExportPart, parts } from '../core/export/incoming.ts'
import { unsettled } from '../core/export/settled.ts'
import { lookUp } from '../core/lookup.ts'
import { keysOfAll } from '../core/manifest/names.ts'
import { quoted } from '../core/doctor/names.ts'
import { nearest } from '../core/nearest.ts'
import { trustView } from '../core/trust/view.ts'
import { comingOf, compared, demandKnown, idleWords, notAgreed, presentIn, withExport } from './import-compare.ts'
import { changesOf, incomingScreen, keptNotes } from './import-screen.ts'
import { observeExtensions } from '../effects/extensions/observe.ts'
import { readExport, type ReadExport } from '../effects/export/read.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { userPlace } from '../effects/manifest/place.ts'
import { openSecrets } from '../effects/store/secrets.ts'
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
  const brings = await broughtBy(context, homeContext, read)
  const { memory } = brings
  const opened = await homeContext.open()
  const found = unsettled(brings.found, presentIn(opened), lookUp(opened.state.imported ?? {}, read.shown))
  const view = trustView(found.manifest, read.lock, null)
  const theirs = new Set(options.theirs ?? [])
  const preview = options.dryRun === true
  const comparing = (situation: Situation, confirmed: ReadonlySet<ExportPart>): ImportChanges =>
    compared(situation, read, found, confirmed, theirs)
  const wished = comparing(opened, preview ? named : new Set(parts))
  demandKnown(theirs, wished, found)
  const changed = changesOf(opened, wished, view)
  io.out(`${visible(abbreviateHome(read.shown, world.environments))} brings:`)
  for (const line of incomingScreen(found, read, changed, wished, io.verbose)) io.wholeOut(visible(line))
  const least = comparing(opened, new Set())
  const fresh = notAgreed(opened, least, found, read)
  if (!preview && fresh.length === 0) context.io.note(idleWords(least))
  else if (!preview) await demandTrust(context, options.trust === true, fresh)
  const confirmed = preview ? named : await confirmParts(context, found, named)
  const outcome = comparing(opened, confirmed)
  const whole = confirmedPart(found, confirmed)
  const taken = { ...whole, servers: comingOf(whole, outcome) }
  const brought = new Map(await keysFromFile(context, opened, options.secrets))
  const edit = (situation: Situation): Edited | null => withExport(situation, comparing(situation, confirmed), read, brought)
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
    ...keptNotes(dir, outcome),
    ...keyNotes(missing, result.steps),
    ...tried.notices,
    ...(remembered?.notices ?? []),
  ]
  const more = {
    from: read.shown,
    servers: Object.keys(taken.servers),
    shown: Object.fromEntries(Object.entries(view).map(([name, { lines }]) => [name, lines])),
    changes: changesOf(opened, outcome, view),
    ...{ keys: missing, leftOut: left, memory: remembered?.counts ?? null, checks: tried.checks },
  }
  const farewell = preview ? { farewell: 'Run it without --dry-run to apply it.' } : {}
  const unique = { ...result, notices: [...new Set(notices)] }
  reportSync(context, world, unique, { command: 'import', preview, more, checks: tried.lines, ...farewell })
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

/** Keys that are missing, but for those with which a server is refused above. */
const keyNotes = (missing: readonly string[], steps: readonly Step[]): string[] =>
  missing
    .map((name) => ({ name, way: `mcp-twin secret set ${name}` }))
    .filter(({ way }) => !steps.some(({ hint }) => hint !== null && `${hint};`.startsWith(`${way};`)))
    .map(({ name, way }) => `key ${name} is missing: ${way}`)
