import { type Field, oneOf, whole } from '../base/input.ts'
import { limits } from '../base/limits.ts'
import { logLevels } from '../records/log.ts'

/** A setting that `set_config` may change: a matter of taste, never of permission. */
export interface Option<T extends string | number> {
  readonly key: string
  readonly field: Field<T>
  readonly usual: T
  readonly means: string
}

const defineOption = <T extends string | number>(option: Option<T>): Option<T> => option

export const shellNames = ['bash', 'sh', 'zsh', 'cmd', 'powershell', 'pwsh'] as const

export const maxResults = defineOption({
  key: 'max_results',
  field: whole({ least: 1, most: limits.searchResults }),
  usual: 100,
  means: 'hits that a search hands back at once',
})

export const defaultShell = defineOption({
  key: 'default_shell',
  field: oneOf(['auto', ...shellNames]),
  usual: 'auto',
  means: `shell of commands that name none: ${shellNames.join(', ')}, or auto: bash or sh on Linux, cmd on Windows`,
})

export const logLevel = defineOption({
  key: 'log_level',
  field: oneOf(logLevels),
  usual: 'info',
  means: `how much the log files say: ${logLevels.join(', ')}`,
})

export const cacheTtl = defineOption({
  key: 'cache_ttl_s',
  field: whole({ least: 0, most: 30 * 24 * 3600 }),
  usual: 600,
  means: 'seconds for which an answer of a shared server is used again for the same arguments; 0: never',
})

/** The closed list: a key that is not here does not exist. */
export const options = [cacheTtl, maxResults, defaultShell, logLevel] as const
