import { noTools, parseToolsFile, toolsFileBytes, type ToolsFile } from '../../core/foreign/tools-file.ts'
import { SmallFile } from '../base/small-file.ts'

/** `bridge/tools.json`, at this path. */
export const toolsFileAt = (path: string): SmallFile<ToolsFile> =>
  new SmallFile(path, { most: toolsFileBytes, none: noTools, parse: parseToolsFile })
