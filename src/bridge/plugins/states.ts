import type { ToolsFile } from '../../core/foreign/tools-file.ts'
import { changed, fileTrouble, pluginFiles, pluginsFolder } from './file.ts'

/** A file of the folder, or an allowed one that is missing, and what a bridge would do with it. */
export interface PluginState {
  readonly file: string
  /** `allowed`: it runs when it is called. `new`: nobody allowed it. `changed` and `off`: it ran, and must be allowed again. */
  readonly state: 'allowed' | 'new' | 'changed' | 'off'
  /** Why it does not run, to be put into a sentence; null: it does, or nobody allowed it. */
  readonly why: string | null
  readonly digest: string | null
  /** Names of the tools that were allowed. */
  readonly tools: readonly string[]
}

/** Every plugin there is. Files are read, and nothing is started. */
export function pluginStates(bridgeFolder: string, { plugins }: Pick<ToolsFile, 'plugins'>): PluginState[] {
  const folder = pluginsFolder(bridgeFolder)
  const files = [...new Set([...Object.keys(plugins), ...pluginFiles(folder)])].sort()
  return files.map((file) => {
    const list = Object.hasOwn(plugins, file) ? plugins[file] : undefined
    if (list === undefined) return { file, state: 'new', why: null, digest: null, tools: [] }
    const { digest, off } = list
    const why = off ?? fileTrouble(folder, file, digest)
    const state = why === null ? 'allowed' : why === changed ? 'changed' : 'off'
    return { file, state, why, digest, tools: list.tools.map(({ name }) => name) }
  })
}
