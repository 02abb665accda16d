import { noTools, parseToolsFile, toolsFileName, toolsFileText, type ToolsFile } from '../../core/foreign/tools-file.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { withFileLock } from './lock.ts'

const lockMs = 10_000

/** `bridge/tools.json` of a bridge's folder; what is missing or damaged holds no tools. */
export async function readToolsFile(system: System, folder: ReachablePath): Promise<ToolsFile> {
  return parsed(await textOf(system, pathIn(folder)))
}

async function textOf(system: System, path: ReachablePath): Promise<string | null> {
  const bytes = await system.files.read(path)
  return bytes === null ? null : Buffer.from(bytes).toString('utf8')
}

function parsed(text: string | null): ToolsFile {
  try {
    return text === null ? noTools : parseToolsFile(text)
  } catch {
    return noTools
  }
}

/** Replaces the file, under its lock, where `change` changes anything; running bridges read it at once. Returns whether it was replaced. */
export async function changeToolsFile(
  system: System,
  folder: ReachablePath,
  side: string,
  change: (file: ToolsFile) => ToolsFile,
): Promise<boolean> {
  const path = pathIn(folder)
  await system.files.makeDirectory(folder, 0o700)
  return withFileLock(system, path, side, { waitMs: lockMs }, async () => {
    const before = await textOf(system, path)
    const text = toolsFileText(change(parsed(before)))
    if (before === text) return false
    await system.files.replace(path, Buffer.from(text), 0o600)
    return true
  })
}

const pathIn = (folder: ReachablePath): ReachablePath => reachable(`${folder}/${toolsFileName}`)
