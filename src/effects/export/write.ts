import { guideName, type NamedText, wasExported } from '../../core/export/guide.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { Reason } from '../../model/reason.ts'
import { sweepFolder } from '../store/leftovers.ts'
import { escapeFrom, escapeWords, isWithin } from '../store/inside.ts'

const at = (folder: ReachablePath, name: string): ReachablePath => reachable(`${folder}/${name}`)

const textOf = (bytes: Uint8Array | null): string | null => (bytes === null ? null : new TextDecoder().decode(bytes))

/** The guide of the export that is in the folder; null: there is none. */
export async function guideIn({ files: disk }: System, folder: ReachablePath): Promise<string | null> {
  const path = at(folder, guideName)
  return (await disk.look(path))?.kind === 'file' ? textOf(await disk.read(path)) : null
}

/** Returns the names of files that an export would overwrite although no export has written them. */
export async function foreignFiles(system: System, folder: ReachablePath, files: readonly NamedText[]): Promise<string[]> {
  const { files: disk } = system
  const guide = await guideIn(system, folder)
  const found: string[] = []
  for (const { name, text } of files) {
    const facts = await disk.look(at(folder, name))
    if (facts === null) continue
    const there = facts.kind === 'file' ? textOf(await disk.read(at(folder, name))) : null
    if (there === null || (there !== text && (guide === null || !wasExported(guide, name, there)))) found.push(name)
  }
  return found
}

/** Returns why an export would be written outside its folder (through a link in it), or outside the project; null: it would not. */
export async function exportAway(
  system: System,
  folder: ReachablePath,
  files: readonly NamedText[],
  project: ReachablePath | null,
): Promise<Reason | null> {
  const own = project === null || !isWithin(project, folder) ? null : await escapeFrom(system, project, folder)
  if (own !== null) return escapeWords(own, folder)
  const root = await system.files.realPath(folder)
  for (const { name } of root === null ? [] : files) {
    const path = at(folder, name)
    const away = root === null ? null : await escapeFrom(system, root, path)
    if (away !== null) return escapeWords(away, path, 'the export')
  }
  return null
}

/** Writes the files of an export that differ. */
export async function writeExport(system: System, folder: ReachablePath, files: readonly NamedText[]): Promise<void> {
  const { files: disk } = system
  const swept = new Set<string>()
  for (const { name, text, mode } of files) {
    const path = at(folder, name)
    const parent = reachable(path.slice(0, path.lastIndexOf('/')))
    await disk.makeDirectory(parent)
    // A killed export leaves what it was about to rename, which may hold memory.
    if (!swept.has(parent)) await sweepFolder(system, parent)
    swept.add(parent)
    // One that was read back from version control has lost its mode.
    if (mode !== undefined || textOf(await disk.read(path)) !== text)
      await disk.replace(path, new TextEncoder().encode(text), mode ?? 0o644)
  }
}
