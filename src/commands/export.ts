import { writtenIn } from '../effects/manifest/server-changes.ts'
import { hostname } from 'node:os'
import { extractKeys } from '../core/keys/extract.ts'
import { formatOf } from '../core/formats/index.ts'
import { type KnownEntries, ownEntry, shownEntry } from '../core/export/entries.ts'
import { type ExportedFile, guideName, marked, type NamedText, setupGuide } from '../core/export/guide.ts'
import { exportedManifest } from '../core/export/manifest.ts'
import { keysOfAll } from '../core/manifest/names.ts'
import { readClientFile } from '../core/plan/file.ts'
import { makePlan, type PlannedFile } from '../core/plan/plan.ts'
import { tilde } from '../ui/labels.ts'
import type { exportSetup as spec } from '../cli/specs/export.ts'
import type { Context, Run } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../errors.ts'
import type { JsonObject } from '../model/entry.ts'
import type { Manifest } from '../model/manifest.ts'
import { reveal, type Secret } from '../model/secret.ts'
import { loadKeys } from '../effects/sync/keys.ts'
import { prepare } from '../effects/sync/prepare.ts'
import { exportAway, foreignFiles, guideIn, writeExport } from '../effects/export/write.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { lockBytes } from '../effects/manifest/records.ts'
import { absolute } from '../effects/manifest/place.ts'
import { toHere } from '../core/paths.ts'
import { wouldDo } from './change.ts'
import { atHome, type HomeContext } from './at-home.ts'
import { leftOutWords, storedParts } from './export-memory.ts'
import { syncOptions } from './sync-options.ts'

/** Writes both set-ups into a folder that may go into version control. */
export const run: Run<typeof spec> = async (context, [dir = ''], { withMemory }) => {
  if (dir.trim() === '') throw usageError('Missing the folder to export to.', { hint: 'mcp-twin export ./mcp-setup' })
  return atHome(context, {}, (homeContext) => exportTo(context, homeContext, dir, withMemory === true))
}

async function exportTo(context: Context, homeContext: HomeContext, dir: string, withMemory: boolean): Promise<ExitCode> {
  const { system, io } = context
  const situation = await homeContext.open()
  const place = absolute(system, situation.self, dir, homeContext.world)
  const folder = toHere(situation.self, place)
  if (folder === null) throw usageError(`${dir} cannot be reached from this side.`, { hint: 'choose a folder of this side' })
  const stored = await storedParts(context, homeContext, withMemory)
  const { files: collected, named, keys } = await collect(context, situation, withMemory)
  const files = marked([...collected, ...(stored.file === null ? [] : [stored.file])], await guideIn(system, folder))
  const shown = tilde(place, situation.self.home)
  const away = await exportAway(system, folder, files, situation.place.root)
  if (away !== null) throw usageError(`${away.reason}. Nothing was written.`, away.hint === undefined ? {} : { hint: away.hint })
  const strangers = await foreignFiles(system, folder, files)
  if (strangers.length > 0)
    throw usageError(`${strangers.join(', ')} in ${shown} would be overwritten, although no export wrote it. Nothing was written.`, {
      hint: 'choose another folder, or move those files away',
    })
  if (context.isDry === true) return wouldDo(context, `write ${files.map(({ name }) => name).join(', ')} into ${shown}`)
  await writeExport(system, folder, files)
  const notices = [
    ...named.map((name) => `The manifest itself contains a key (\${secret:${name}} in the export). To see how to fix it: mcp-twin doctor`),
    ...(situation.manifest.bridge?.store === undefined
      ? []
      : ['The store server is left out. To join it on another machine: mcp-twin store move']),
    ...stored.notices,
    ...leftOutWords(dir, keys, stored),
  ]
  const leftOut = { keys, memory: stored.file === null ? stored.entries : 0, handoffs: stored.handoffs }
  io.json({ command: 'export', folder: dir, files: files.map(({ name }) => name), leftOut, notices })
  for (const { name } of files) io.out(`  ${io.paint.good('+')} ${name}`)
  io.out(`Exported to ${shown}. It contains no keys; SETUP.md explains how to restore it.`)
  for (const notice of notices) io.note(notice)
  return EXIT.ok
}

/** Manifest, lock, configs and guide, the names given to keys that the manifest itself holds, and those of all keys. */
async function collect(context: Context, situation: Situation, withMemory: boolean) {
  const { system, io } = context
  const { input } = await prepare(system, situation, syncOptions(context, {}, { resolve: false }))
  const { keys } = await loadKeys(system, situation, io.hide)
  const stored = new Map([...keys].map(([name, key]) => [name, reveal(key)] as const))
  const values = [...stored.values(), ...literalKeys(situation.manifest).map(reveal)].flatMap((key) => [
    key,
    JSON.stringify(key).slice(1, -1),
  ])
  const files: NamedText[] = []
  const add = (name: string, text: string): void => {
    files.push({ name, text: ownEntry(text, values) as string })
  }
  const typed = new TextDecoder().decode(situation.bytes ?? new Uint8Array())
  const { text, manifest, named } = exportedManifest(typed, writtenIn(situation), stored)
  add('mcp-twin.json', text)
  add('mcp-twin.lock.json', new TextDecoder().decode(lockBytes(input.render.lock)))
  const clientFiles: ExportedFile[] = []
  const known = { manifest: situation.manifest, state: input.state, keys: values }
  for (const planned of makePlan(input).files) {
    const { observed } = planned
    const servers = entriesOf(planned, known)
    if (servers === null) continue
    const format = formatOf(observed.client)
    add(
      `${observed.environment.id.replaceAll(':', '-')}/${observed.client.id}.${format.extension}`,
      format.print(servers, observed.client.container),
    )
    clientFiles.push({
      environment: observed.environment,
      label: observed.client.label,
      file: tilde(observed.file, observed.environment.home),
      servers: Object.keys(servers),
    })
  }
  add(guideName, setupGuide(manifest, clientFiles, withMemory, hostname()))
  return { files, named: [...named.keys()], keys: keysOfAll(manifest) }
}

/** Keys written into the manifest by hand, which no store has. */
const literalKeys = ({ servers }: Manifest): Secret[] =>
  Object.entries(servers).flatMap(([name, spec]) =>
    [spec, ...Object.values(spec.on ?? {})].flatMap((texts) => extractKeys(texts, { server: name }).secrets.map(({ value }) => value)),
  )

/** The server entries of one file as they may be shown; null where the file is not there or cannot be read. */
function entriesOf(planned: PlannedFile, known: KnownEntries): JsonObject | null {
  const { bytes, client } = planned.observed
  if (bytes === null) return null
  const read = readClientFile(client, bytes)
  if (!read.ok) return null
  return Object.fromEntries(read.document.entries().map(({ name, value }) => [name, shownEntry(planned, name, value, known)]))
}
