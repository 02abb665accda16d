import { extractKeys } from '../core/keys/extract.ts'
import { presentEntries } from '../core/json/entries.ts'
import { type KnownEntries, ownEntry, shownEntry } from '../core/export/entries.ts'
import { type ExportedFile, setupGuide } from '../core/export/guide.ts'
import { readClientFile } from '../core/plan/file.ts'
import { makePlan, type PlannedFile } from '../core/plan/plan.ts'
import { tilde } from '../ui/labels.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../errors.ts'
import type { JsonObject } from '../model/entry.ts'
import { reachable } from '../model/path.ts'
import type { Manifest } from '../model/manifest.ts'
import { reveal, type Secret } from '../model/secret.ts'
import { loadKeys } from '../effects/sync/keys.ts'
import { prepare } from '../effects/sync/prepare.ts'
import { lockBytes } from '../effects/situation/records.ts'
import { absolute } from '../effects/situation/place.ts'
import { toHere } from '../core/paths.ts'
import { atHome, type Ground } from './at-home.ts'
import { syncOptions } from './sync-options.ts'

/** Writes both set-ups into a folder that may go into version control. */
export const run = (context: Context, [dir = '']: string[]): Promise<ExitCode> =>
  atHome(context, {}, (ground) => exportTo(context, ground, dir))

async function exportTo(context: Context, ground: Ground, dir: string): Promise<ExitCode> {
  const { system, io } = context
  const situation = await ground.open()
  const folder = toHere(situation.self, absolute(system, situation.self, dir, ground.world))
  if (folder === null) throw usageError(`${dir} is not reached from here.`, { hint: 'give a folder of this side' })
  const { input } = await prepare(system, situation, syncOptions(context, {}, { resolve: false }))
  const { keys } = await loadKeys(system, situation, io.hide)
  const values = [...keys.values(), ...literalKeys(situation.manifest)]
    .map(reveal)
    .flatMap((key) => [key, JSON.stringify(key).slice(1, -1)])
  const written: string[] = []
  const write = async (name: string, text: string): Promise<void> => {
    const path = reachable(`${folder}/${name}`)
    await system.files.makeDirectory(reachable(path.slice(0, path.lastIndexOf('/'))))
    await system.files.replace(path, new TextEncoder().encode(ownEntry(text, values) as string), 0o644)
    written.push(name)
  }
  await write('mcp-twin.json', new TextDecoder().decode(situation.bytes ?? new Uint8Array()))
  await write('mcp-twin.lock.json', new TextDecoder().decode(lockBytes(input.render.lock)))
  const files: ExportedFile[] = []
  const known = { manifest: situation.manifest, state: input.state, keys: values }
  for (const planned of makePlan(input).files) {
    const { observed } = planned
    const servers = entriesOf(planned, known)
    if (servers === null) continue
    await write(
      `${observed.environment.id.replaceAll(':', '-')}/${observed.client.id}.json`,
      `${JSON.stringify({ [observed.client.container.at(-1) ?? 'mcpServers']: servers }, null, 2)}\n`,
    )
    files.push({
      environment: observed.environment,
      label: observed.client.label,
      file: tilde(observed.file, observed.environment.home),
      servers: Object.keys(servers),
    })
  }
  await write('SETUP.md', setupGuide(situation.manifest, files))
  io.json({ command: 'export', folder: dir, files: written })
  for (const name of written) io.out(`  ${io.paint.good('+')} ${name}`)
  io.out(`Written into ${dir}. No key is in it; SETUP.md says how to restore it.`)
  return EXIT.ok
}

/** Keys that somebody wrote into the manifest by hand: they stand in no store. */
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
  return Object.fromEntries(presentEntries(read.document).map(({ name, value }) => [name, shownEntry(planned, name, value, known)]))
}
