import { extractKeys } from '../core/keys/extract.ts'
import { presentEntries } from '../core/json/entries.ts'
import { foreignEntry, ownEntry } from '../core/export/entries.ts'
import { type ExportedFile, setupGuide } from '../core/export/guide.ts'
import { readClientFile } from '../core/plan/file.ts'
import type { ObservedFile, PlanInput } from '../core/plan/plan.ts'
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
  for (const observed of input.files) {
    const servers = entriesOf(observed, input, values)
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
function entriesOf(observed: ObservedFile, input: PlanInput, keys: readonly string[]): JsonObject | null {
  if (observed.bytes === null) return null
  const read = readClientFile(observed.client, observed.bytes)
  if (!read.ok) return null
  const ours = input.state.files[observed.environment.id]?.[observed.client.id]?.[observed.file]?.entries ?? {}
  return Object.fromEntries(
    presentEntries(read.document).map(({ name, value }) => [
      name,
      ours[name] === undefined ? foreignEntry(value, observed.client) : ownEntry(value, keys),
    ]),
  )
}
