import type { Context } from '../context.ts'
import { count } from '../core/count.ts'
import { list, quoted } from '../core/doctor/names.ts'
import type { ApartPart } from '../core/export/incoming.ts'
import { memoryName } from '../core/export/guide.ts'
import { toHere } from '../core/paths.ts'
import { type NativePath, reachable } from '../model/path.ts'
import type { HomeContext } from './at-home.ts'
import { bridgeOf } from './bridge-at-home.ts'
import { checkLines, type ImportCounts, importLines, importWords, linesOfFile } from './memory-twin.ts'

/** The memory in the folder of an export. */
export interface IncomingMemory {
  readonly apart: ApartPart
  /** Stores it by the rules of `memory import`, and says in sentences what it did. */
  take(): Promise<{ readonly counts: ImportCounts; readonly notices: readonly string[] }>
}

/** Reads the memory of an export, and checks every line, so that a bad one ends the import before anything is changed; null: it has none. */
export async function incomingMemory(
  context: Context,
  homeContext: HomeContext,
  folder: NativePath,
): Promise<IncomingMemory | { readonly unread: string } | null> {
  const path = reachable(`${toHere(homeContext.home.environment, folder)}/${memoryName}`)
  // A link in a stranger's folder could name any file of this computer.
  const facts = await context.system.files.look(path)
  if (facts === null) return null
  if (facts.kind !== 'file') return { unread: `${memoryName} is no ordinary file, so it was not read` }
  const source = linesOfFile(path, `${folder}/${memoryName}`)
  const opened = async <T>(work: (bridge: Awaited<ReturnType<typeof bridgeOf>>) => Promise<T>): Promise<T> => {
    const bridge = await bridgeOf(context, homeContext)
    try {
      return await work(bridge)
    } finally {
      await bridge.close()
    }
  }
  const { entries, versions, namespaces } = await opened((bridge) => checkLines(bridge, source))
  return {
    apart: {
      part: 'memory',
      lines: [
        `${count(entries, 'entry', 'entries')} and ${count(versions, 'older version')} that programs will find and believe`,
        ...(namespaces.length === 0 ? [] : [`of ${list(namespaces)}`]),
      ],
    },
    async take() {
      const counts = await opened((bridge) => importLines(bridge, source, { namespace: undefined, force: false, dryRun: false }))
      return { counts, notices: importWords(counts, false, `mcp-twin memory import ${quoted(source.shown)} --force`) }
    },
  }
}
