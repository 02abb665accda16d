import { noTools, parseToolsFile, toolsFileName, toolsFileText, type ToolsFile } from '../../core/foreign/tools-file.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { withFileLock } from './lock.ts'

const lockMs = 10_000

/** `bridge/tools.json` of a bridge's folder; what is missing or damaged holds no tools. */
export async function readToolsFile(system: System, folder: ReachablePath): Promise<ToolsFile> {
  const bytes = await system.files.read(pathIn(folder))
  if (bytes === null) return noTools
  try {
    return parseToolsFile(Buffer.from(bytes).toString('utf8'))
  } catch {
    return noTools
  }
}

/** Replaces the file, under its lock, where `change` changes anything; running bridges take it over at once. Returns whether it did. */
export async function changeToolsFile(
  system: System,
  folder: ReachablePath,
  side: string,
  change: (file: ToolsFile) => ToolsFile,
): Promise<boolean> {
  const path = pathIn(folder)
  await system.files.makeDirectory(folder, 0o700)
  return withFileLock(system, path, side, { waitMs: lockMs }, async () => {
    const text = toolsFileText(change(await readToolsFile(system, folder)))
    const bytes = await system.files.read(path)
    if (bytes !== null && Buffer.from(bytes).toString('utf8') === text) return false
    await system.files.replace(path, Buffer.from(text), 0o600)
    return true
  })
}

const pathIn = (folder: ReachablePath): ReachablePath => reachable(`${folder}/${toolsFileName}`)
