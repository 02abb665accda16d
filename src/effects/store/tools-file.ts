import { noTools, parseToolsFile, toolsFileName, toolsFileText, type ToolsFile } from '../../core/foreign/tools-file.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { changeBridgeFile, textOf } from './bridge-file.ts'

/** `bridge/tools.json` of a bridge's folder; what is missing or damaged holds no tools. */
export async function readToolsFile(system: System, folder: ReachablePath): Promise<ToolsFile> {
  return parsed(await textOf(system, pathIn(folder)))
}

function parsed(text: string | null): ToolsFile {
  try {
    return text === null ? noTools : parseToolsFile(text)
  } catch {
    return noTools
  }
}

/** Replaces the file, under its lock, where `change` changes anything; running bridges read it at once. Returns whether it was replaced. */
export const changeToolsFile = (
  system: System,
  folder: ReachablePath,
  side: string,
  change: (file: ToolsFile) => ToolsFile,
): Promise<boolean> => changeBridgeFile(system, folder, toolsFileName, side, (text) => toolsFileText(change(parsed(text))))

const pathIn = (folder: ReachablePath): ReachablePath => reachable(`${folder}/${toolsFileName}`)
