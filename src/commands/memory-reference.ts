import { count } from '../core/count.ts'
import { limits } from '../bridge/base/limits.ts'
import {
  differs,
  endOf,
  importEntries,
  inOrder,
  lineOf,
  readLine,
  type ReferenceEntry,
  referenceNamespace,
  rememberEnd,
} from '../bridge/memory/reference.ts'
import { refuseVendorKeys } from '../bridge/base/no-keys.ts'
import { Refusal } from '../bridge/base/refusal.ts'
import type { Bridge } from '../bridge/contract/bridge.ts'
import type { Context } from '../context.ts'
import { toHere } from '../core/paths.ts'
import { absolute } from '../effects/manifest/place.ts'
import { readAllInput } from '../effects/run/standard-input.ts'
import { sweepBeside } from '../effects/store/leftovers.ts'
import { EXIT, type ExitCode, TwinError, usageError } from '../errors.ts'
import type { ReachablePath } from '../model/path.ts'
import type { System } from '../model/system.ts'
import { terminalClient } from './bridge-at-home.ts'
import type { LineSource } from './memory-twin.ts'

interface Task {
  readonly context: Context
  readonly bridge: Bridge
  readonly options: FileOptions
}

/** Flags of `memory export` and `memory import`. */
interface FileOptions {
  readonly namespace?: string
  readonly format?: 'twin' | 'reference'
  readonly force?: boolean
  readonly dryRun?: boolean
}

/** `memory export`: all of it as this program writes it, or one namespace as the reference server does. */
export async function exportAll(task: Task, file: string | undefined): Promise<ExitCode> {
  const { context, bridge, options } = task
  const { format } = options
  if (file !== undefined && file !== '-') await demandOrdinary(context.system, await pathOf(context.system, bridge, file), file)
  if (format === 'reference') return exportReference(task, file)
  const { exportMemory } = await import('./memory-twin.ts')
  return exportMemory(context, bridge, {
    file: file === undefined || file === '-' ? undefined : { path: await pathOf(context.system, bridge, file), shown: file },
    namespace: options.namespace,
    force: options.force === true,
  })
}

/** `memory import`: a file of either format, which its first line tells. */
export async function importAll(task: Task, file: string): Promise<ExitCode> {
  const { context, bridge, options } = task
  const { importMemory, linesOfFile, linesOfText } = await import('./memory-twin.ts')
  const piped = file === '-' ? await readAllInput('The memory', 'mcp-twin memory import FILE', mostMiB) : null
  const path = await pathOf(context.system, bridge, file)
  if (piped === null && (await context.system.files.look(path, 'follow'))?.kind !== 'file')
    throw usageError(`There is no file ${file}.`, { hint: 'name another file, or - for standard input: mcp-twin memory import FILE' })
  const source = piped === null ? linesOfFile(path, file) : linesOfText(piped, file)
  const { format = (await isTwin(source)) ? 'twin' : 'reference' } = options
  if (format === 'reference') return importReference(task, file, piped ?? (await readFile(context.system, bridge, file)))
  return importMemory(context, bridge, source, {
    namespace: options.namespace,
    force: options.force === true,
    dryRun: options.dryRun === true,
  })
}

/** Whether the first line is one of ours. */
async function isTwin(source: LineSource): Promise<boolean> {
  let first: string | undefined
  await source.each((line) => {
    first ??= line
  })
  return /^\s*\{"type":"(?:entry|version)"/.test(first ?? '')
}

/** Entries stored in one transaction, so that other processes are not kept waiting. */
const entriesAtOnce = 500
const mostMiB = 256

const namespaceOf = ({ namespace = referenceNamespace }: FileOptions): string => namespace

/** Stores the memory of the reference server: all lines of its file, or nothing where one of them is not understood. */
async function importReference({ context, bridge, options }: Task, file: string, text: string): Promise<ExitCode> {
  const { io } = context
  const namespace = namespaceOf(options)
  const entries = entriesIn(text, file)
  await bridge.redaction.ready()
  const withKey = entries.find(({ entry }) => bridge.redaction.keyIn(entry))
  if (withKey !== undefined)
    throw new TwinError('refused', 'Nothing was stored: this line holds a stored key; name the key instead of quoting it.', {
      place: { file, line: withKey.line },
    })
  const store = await bridge.store()
  if (options.dryRun === true)
    return dryReference(
      context,
      namespace,
      entries.map(({ entry }) => entry),
      store,
      bridge,
    )
  let stored = 0
  for (let at = 0; at < entries.length; at += entriesAtOnce) {
    const some = entries.slice(at, at + entriesAtOnce).map(({ entry }) => entry)
    stored += await store.write({ client: terminalClient, session: bridge.session }, (transaction) => {
      rememberEnd(transaction, namespace, text)
      return importEntries(transaction, namespace, some)
    })
  }
  const entities = entries.filter(({ entry }) => entry.tag === 'entity').length
  const counts = { entities, relations: entries.length - entities, stored, unchanged: entries.length - stored }
  io.json({ action: 'import', namespace, ...counts })
  io.out(
    `Imported ${count(entities, 'entity', 'entities')} and ${count(counts.relations, 'relation')} into ${namespace}: ${stored} stored, ${counts.unchanged} unchanged.`,
  )
  return EXIT.ok
}

/** Says what an import would store. */
async function dryReference(
  { io }: Context,
  namespace: string,
  entries: readonly ReferenceEntry[],
  store: Awaited<ReturnType<Bridge['store']>>,
  bridge: Bridge,
): Promise<ExitCode> {
  const stored = await store.snapshot((database) => entries.filter((entry) => differs(database, namespace, entry, bridge.now())).length)
  const unchanged = entries.length - stored
  io.json({ action: 'import', format: 'reference', dryRun: true, namespace, stored, unchanged })
  io.out(`Would store ${count(stored, 'entry', 'entries')} in ${namespace}; ${count(unchanged, 'is', 'are')} there already.`)
  return EXIT.ok
}

/** Writes the memory of a namespace as the reference server's file, to stdout or a new file. */
async function exportReference({ context, bridge, options }: Task, file: string | undefined): Promise<ExitCode> {
  const { io, system } = context
  const namespace = namespaceOf(options)
  const store = await bridge.store()
  const { entries, end } = await store.snapshot((database) => ({
    entries: inOrder(database, namespace, bridge.now()),
    end: endOf(database, namespace),
  }))
  const lines = entries.flatMap((entry) => lineOf(entry) ?? [])
  const left = entries.length - lines.length
  const text = lines.length === 0 ? '' : `${lines.join('\n')}${end}`
  if (file !== undefined && file !== '-') await createFile(system, await pathOf(system, bridge, file), file, text, options.force === true)
  io.json({ action: 'export', namespace, lines: lines.length, left, ...(file === undefined ? { text } : { file }) })
  if (file === undefined || file === '-') io.data(text)
  io.note(`Exported ${count(lines.length, 'entry', 'entries')} of ${namespace}.`)
  if (left > 0)
    io.note(
      `${count(left, 'more is neither an entity nor a relation', 'more are neither entities nor relations')}, which the reference server's format cannot hold.`,
    )
  return EXIT.ok
}

/** What a file holds, each thing once. Throws where a line is not understood, with its place. */
function entriesIn(text: string, file: string): { readonly entry: ReferenceEntry; readonly line: number }[] {
  const found = new Map<string, { entry: ReferenceEntry; line: number }>()
  text.split('\n').forEach((each, at) => {
    if (each.trim() === '') return
    const place = { file, line: at + 1 }
    const refuse = (why: string) => usageError(`Nothing was stored: ${why}.`, { place, hint: 'fix or remove that line, then import again' })
    const entry = readLine(each)
    if (entry === null) throw refuse('the line is neither an entity nor a relation of the reference memory server')
    const value = JSON.stringify(entry.value)
    if (Buffer.byteLength(value) > limits.memoryValue) throw refuse(`the line holds more than ${limits.memoryValue} bytes`)
    const before = found.get(entry.key)
    if (before !== undefined && JSON.stringify(before.entry.value) !== value)
      throw refuse(`the line has the same name as line ${before.line}, and says something else`)
    try {
      refuseVendorKeys({ name: entry.key, ...entry.value })
    } catch (error) {
      if (error instanceof Refusal) throw new TwinError('refused', error.message, { place })
      throw error
    }
    if (before === undefined) found.set(entry.key, { entry, line: at + 1 })
  })
  return [...found.values()]
}

async function pathOf(system: System, { settings }: Bridge, file: string): Promise<ReachablePath> {
  const path = toHere(settings.self, absolute(system, settings.self, file, await settings.world()))
  if (path === null) throw usageError(`${file} cannot be reached from this side.`, { hint: 'choose a file of this side' })
  return path
}

async function readFile(system: System, bridge: Bridge, file: string): Promise<string> {
  const bytes = await system.files.read(await pathOf(system, bridge, file))
  if (bytes === null)
    throw usageError(`There is no file ${file}.`, { hint: 'name another file, or - for standard input: mcp-twin memory import FILE' })
  if (bytes.length > mostMiB * 1024 * 1024) throw usageError(`${file} is larger than ${mostMiB} MiB.`, { hint: 'import it in parts' })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw usageError(`${file} is not UTF-8.`, { hint: 'save it as UTF-8' })
  }
}

/** Throws where a new file would take the place of something else than a file: of a device, for instance. */
async function demandOrdinary(system: System, path: ReachablePath, shown: string): Promise<void> {
  const kind = (await system.files.look(path))?.kind ?? 'file'
  if (kind !== 'file') throw usageError(`${shown} is no ordinary file; nothing was written.`, { hint: 'choose another name' })
}

async function createFile(system: System, path: ReachablePath, shown: string, text: string, force: boolean): Promise<void> {
  if (force) {
    await sweepBeside(system, path)
    return system.files.replace(path, Buffer.from(text), 0o600)
  }
  if ((await system.files.look(path)) !== null)
    throw usageError(`${shown} exists already; nothing was written.`, { hint: 'choose another name, or add --force to replace it' })
  await system.files.create(path, Buffer.from(text), 0o600)
}
