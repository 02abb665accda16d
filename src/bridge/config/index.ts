import { defaultShell } from './default-shell.ts'
import { logLevel } from './log-level.ts'
import { maxResults } from './max-results.ts'

/** The closed list. Keys that are not here do not exist; one for a cache comes with the cache. */
export const options = [maxResults, defaultShell, logLevel] as const
