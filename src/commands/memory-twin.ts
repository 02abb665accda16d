import { refuseVendorKeys } from '../bridge/base/no-keys.ts'
import { Refusal } from '../bridge/base/refusal.ts'
import type { Bridge } from '../bridge/contract/bridge.ts'
import { eachLine, UnreadableLine, writeLines } from '../bridge/memory/memory-file.ts'
import { type Exported, exportTwin } from '../bridge/memory/twin-export.ts'
import { judgeTwin, takeTwin, type TwinItem, type TwinOutcome } from '../bridge/memory/twin-import.ts'
import { readTwinLine } from '../bridge/memory/twin-line.ts'
import type { Context } from '../context.ts'
import { count } from '../core/count.ts'
import { EXIT, type ExitCode, systemCode, TwinError, usageError } from '../errors.ts'
import { terminalClient } from './bridge-at-home.ts'

/** Lines stored in one transaction, so that other processes are not kept waiting and little is held. */
const linesAtOnce = 50

/** Where lines come from, and what a person calls it. */
export interface LineSource {
  readonly shown: string
  each(take: (line: string, number: number) => Promise<void> | void): Promise<void>
}

export function linesOfFile(path: string, shown: string): LineSource {
  const source: LineSource = {
    shown,
    async each(take) {
      try {
        await eachLine(path, take)
      } catch (error) {
        throw error instanceof UnreadableLine ? refusal(source, error.line, error.message) : error
      }
    },
  }
  return source
}

export const linesOfText = (text: string, shown: string): LineSource => ({
  shown,
  async each(take) {
    for (const [at, line] of text
      .replace(/^\uFEFF/, '')
      .split('\n')
      .entries())
      if (line.trim() !== '') await take(line, at + 1)
  },
})

/** Hands all lines to `write` as the store is at one moment; stored keys stand as dots. Returns the counts, and how many lines held a key. */
export async function exported(
  bridge: Bridge,
  namespace: string | undefined,
  write: (line: string) => void,
): Promise<Exported & { masked: number }> {
  await bridge.redaction.ready()
  const store = await bridge.store()
  return store.snapshot((database) => {
    let masked = 0
    const counts = exportTwin(database, namespace, bridge.now(), (line) => {
      const clean = bridge.redaction.text(line)
      if (clean !== line) masked++
      write(clean)
    })
    return { ...counts, masked }
  })
}

/** Writes the whole memory, or one namespace of it, to a file that only its owner may read. Throws where there is one, without `force`. */
export async function exportToFile(
  bridge: Bridge,
  { path, shown, namespace, force }: { path: string; shown: string; namespace: string | undefined; force: boolean },
) {
  try {
    return await writeLines(path, force, (write) => exported(bridge, namespace, write))
  } catch (error) {
    if (error instanceof Error && 'code' in error && systemCode(String(error.code)) === 'EEXIST')
      throw usageError(`${shown} exists already; nothing was written.`, { hint: 'choose another name, or add --force to replace it' })
    throw error
  }
}

/** `memory export` in our own format: to a file, or to standard output. */
export async function exportMemory(
  { io }: Context,
  bridge: Bridge,
  { file, namespace, force }: { file: { path: string; shown: string } | undefined; namespace: string | undefined; force: boolean },
): Promise<ExitCode> {
  const lines: string[] = []
  const counts =
    file === undefined
      ? await exported(bridge, namespace, (line) => (io.asJson ? lines.push(`${line}\n`) : io.data(`${line}\n`)))
      : await exportToFile(bridge, { ...file, namespace, force })
  io.json({
    ...{ action: 'export', format: 'twin', ...(namespace !== undefined && { namespace }), ...counts },
    ...(file === undefined ? { text: lines.join('') } : { file: file.shown }),
  })
  const words = `Exported ${count(counts.entries, 'entry', 'entries')} and ${count(counts.versions, 'older version')}.`
  if (file === undefined) io.note(words)
  else io.out(words)
  for (const notice of maskedNotice(counts.masked)) io.note(notice)
  return EXIT.ok
}

/** Says that lines of a written memory held keys. */
export const maskedNotice = (masked: number): string[] =>
  masked === 0 ? [] : [`${count(masked, 'line')} held a stored key, which stands there as dots.`]

const refusal = (source: LineSource, line: number, why: string): TwinError =>
  usageError(`Nothing was stored: ${why}.`, {
    place: { file: source.shown, line },
    hint: 'fix or remove that line, then import again',
  })

/** Reads a line; throws with its number where it is none of ours, or holds a key. */
function itemOf(source: LineSource, bridge: Bridge, line: string, number: number): TwinItem {
  const read = readTwinLine(line)
  if (typeof read === 'string') throw refusal(source, number, read)
  const { value, rationale, tags, key, namespace } = read.row
  const texts = { key, namespace, value: JSON.parse(value ?? 'null'), rationale, tags: JSON.parse(tags) }
  try {
    refuseVendorKeys(texts)
  } catch (error) {
    if (error instanceof Refusal) throw new TwinError('refused', error.message, { place: { file: source.shown, line: number } })
    throw error
  }
  if (bridge.redaction.keyIn(texts))
    throw new TwinError('refused', 'Nothing was stored: this line holds a stored key; name the key instead of quoting it.', {
      place: { file: source.shown, line: number },
    })
  return read
}

export interface MemoryImportOptions {
  /** Only the entries of this one. */
  readonly namespace: string | undefined
  readonly force: boolean
  readonly dryRun: boolean
}

export type ImportCounts = Record<TwinOutcome, number> & { readonly kept: readonly string[] }

/** Most keys that are named one by one. */
const named = 10

/** Reads all lines, throws at a bad one, and counts them. The store is not opened. */
export async function checkLines(bridge: Bridge, source: LineSource) {
  await bridge.redaction.ready()
  const counts = { entry: 0, version: 0 }
  const namespaces = new Set<string>()
  await source.each((line, number) => {
    const { kind, row } = itemOf(source, bridge, line, number)
    counts[kind]++
    namespaces.add(row.namespace)
  })
  return { entries: counts.entry, versions: counts.version, namespaces: [...namespaces] }
}

/** Reads all lines first, so that a bad one stores nothing; then stores them, some at a time. A dry run only counts. */
export async function importLines(bridge: Bridge, source: LineSource, options: MemoryImportOptions): Promise<ImportCounts> {
  const { namespace, force, dryRun } = options
  await checkLines(bridge, source)
  const store = await bridge.store()
  const counts = { stored: 0, unchanged: 0, differs: 0, expired: 0, old: 0 }
  const kept: string[] = []
  let some: TwinItem[] = []
  const flush = async () => {
    const items = some
    some = []
    const outcomes = dryRun
      ? await store.snapshot((database) => items.map((item) => judgeTwin(database, item, bridge.now(), force)))
      : (
          await store.keep({ client: terminalClient, session: bridge.session }, (transaction) =>
            items.map((item) => takeTwin(transaction, item, force)),
          )
        ).result
    for (const [at, outcome] of outcomes.entries()) {
      counts[outcome]++
      const item = items[at]
      if (outcome === 'differs' && item?.kind === 'entry' && kept.length < named) kept.push(`${item.row.namespace} ${item.row.key}`)
    }
  }
  await source.each(async (line, number) => {
    const item = itemOf(source, bridge, line, number)
    if (namespace !== undefined && item.row.namespace !== namespace) return
    some.push(item)
    if (some.length >= linesAtOnce) await flush()
  })
  await flush()
  if (!dryRun)
    bridge.audit.write({
      event: 'call',
      client: terminalClient,
      tool: 'memory import',
      subject: source.shown,
      outcome: `stored ${counts.stored}`,
    })
  return { ...counts, kept }
}

/** What an import did, in sentences. */
export function importWords(
  { stored, unchanged, differs, expired, old, kept }: ImportCounts,
  dryRun: boolean,
  replacing = 'with --force',
): string[] {
  return [
    `${dryRun ? 'Would store' : 'Stored'} ${count(stored, 'entry or version', 'entries and versions')}, ${count(unchanged, 'was', 'were')} there already. Authors and times are as the file names them.`,
    ...(differs === 0
      ? []
      : [
          `${differs} differ from what is stored here, which stays${kept.length === 0 ? '' : `: ${kept.join(', ')}${kept.length === named ? ' …' : ''}`}. To make the imported ones the newest versions: ${replacing}`,
        ]),
    ...(expired === 0 ? [] : [`${expired} have expired and were left out.`]),
    ...(old === 0 ? [] : [`${old} are older than the versions that are kept of a key, and were left out.`]),
  ]
}

/** `memory import` of our own format. */
export async function importMemory({ io }: Context, bridge: Bridge, source: LineSource, options: MemoryImportOptions): Promise<ExitCode> {
  const counts = await importLines(bridge, source, options)
  io.json({ action: 'import', format: 'twin', dryRun: options.dryRun, ...counts })
  for (const line of importWords(counts, options.dryRun)) io.out(line)
  return EXIT.ok
}
