import { noTools, parseToolsFile, toolsFileBytes, type ToolsFile } from '../../core/foreign/tools-file.ts'
import { versionOf } from '../base/access.ts'
import { readSmallFile } from '../base/small-file.ts'

/** `bridge/tools.json` as it is now. Looking costs one `stat` while it stays the same. */
export class ToolsFileReader {
  /** Why it is not used; null: it is, or there is none. */
  trouble: string | null = null
  /** Which version of the file was read; '': none yet. */
  mark = ''
  private readonly path: string
  private file: ToolsFile = noTools

  constructor(path: string) {
    this.path = path
  }

  read(): ToolsFile {
    const mark = versionOf(this.path)
    if (mark === this.mark) return this.file
    this.mark = mark
    this.trouble = null
    try {
      this.file = mark === 'ENOENT' ? noTools : parseToolsFile(readSmallFile(this.path, toolsFileBytes))
    } catch (error) {
      this.file = noTools
      this.trouble = error instanceof Error ? error.message : String(error)
    }
    return this.file
  }
}
