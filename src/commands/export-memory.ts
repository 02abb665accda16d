import { countOf } from '../bridge/handoff/handoff.ts'
import type { Bridge } from '../bridge/contract/bridge.ts'
import { entryCount } from '../bridge/memory/twin-export.ts'
import type { Context } from '../context.ts'
import { count } from '../core/count.ts'
import { list, quoted } from '../core/doctor/names.ts'
import { memoryName, type NamedText } from '../core/export/guide.ts'
import { layout } from '../core/layout.ts'
import { joinPath } from '../core/paths.ts'
import { reach } from '../effects/manifest/open.ts'
import { usageError } from '../errors.ts'
import type { HomeContext } from './at-home.ts'
import { bridgeOf } from './bridge-at-home.ts'
import { exported, maskedNotice } from './memory-twin.ts'

/** What an export says of the store. */
export interface StoredParts {
  /** The memory as a file of the export; null: it was not asked for. */
  readonly file: NamedText | null
  readonly entries: number
  readonly handoffs: number
  readonly notices: readonly string[]
}

const mostBytes = 256 * 1024 * 1024

/** Counts what programs remember and the handoffs that are not closed; reads the memory too where it is asked for. */
export async function storedParts(context: Context, homeContext: HomeContext, withMemory: boolean): Promise<StoredParts> {
  const { home } = homeContext
  const current = reach(home, joinPath(home.environment, layout(home.environment, home.folder).bridge, 'store', 'current'))
  const nothing = { file: withMemory ? memoryFile('') : null, entries: 0, handoffs: 0, notices: [] }
  // Opening a store makes one.
  if ((await context.system.files.look(current)) === null) return nothing
  const bridge = await bridgeOf(context, homeContext)
  try {
    const store = await bridge.store()
    const counts = await store.snapshot((database) => ({
      entries: entryCount(database, bridge.now()),
      handoffs: countOf(database, { status: 'open' }) + countOf(database, { status: 'claimed' }),
    }))
    return { ...nothing, ...counts, ...(withMemory && (await memoryOf(bridge))) }
  } catch (error) {
    if (withMemory || !(error instanceof Error)) throw error
    return { ...nothing, notices: [`Memory and handoffs could not be counted: ${error.message}`] }
  } finally {
    await bridge.close()
  }
}

const memoryFile = (text: string): NamedText => ({ name: memoryName, text, mode: 0o600 })

async function memoryOf(bridge: Bridge): Promise<Pick<StoredParts, 'file' | 'notices'>> {
  const lines: string[] = []
  let bytes = 0
  const { masked } = await exported(bridge, undefined, (line) => {
    bytes += Buffer.byteLength(line) + 1
    if (bytes > mostBytes)
      throw usageError('The memory has more than 256 MiB, too much for this folder. Nothing was written.', {
        hint: 'mcp-twin memory export memory.jsonl',
      })
    lines.push(`${line}\n`)
  })
  return { file: memoryFile(lines.join('')), notices: maskedNotice(masked) }
}

/** What an export does not hold, in sentences; none where that is nothing. */
export function leftOutWords(dir: string, keys: readonly string[], { file, entries, handoffs }: StoredParts): string[] {
  const left = [
    ...(keys.length === 0 ? [] : [`${count(keys.length, 'key')} (${keys.join(', ')})`]),
    ...(file !== null || entries === 0 ? [] : [`what programs remember (${count(entries, 'entry', 'entries')})`]),
    ...(handoffs === 0 ? [] : [count(handoffs, 'open handoff')]),
  ]
  return [
    ...(left.length === 0 ? [] : [`Left out: ${list(left)}.`]),
    ...(file !== null || entries === 0 ? [] : [`To back the memory up, too: mcp-twin export ${quoted(dir)} --with-memory`]),
  ]
}
