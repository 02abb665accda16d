import { quoted } from '../doctor/shell.ts'
import { looksWindowsPath } from '../paths.ts'

/** The command that trusts a project, as it can be typed on the side that spells the path so. */
export const trustCommand = (project: string): string =>
  `mcp-twin trust ${!looksWindowsPath(project) ? quoted(project) : /[\s&^]/.test(project) ? `"${project}"` : project}`
