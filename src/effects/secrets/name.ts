import { usageError } from '../../errors.ts'

/** What a key may be called: it is also the end of a variable's name, and of `${secret:NAME}`. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const LONGEST = 128

export const isKeyName = (name: string): boolean => NAME.test(name) && name.length <= LONGEST

/** The nearest name that fits: `tavily-api.key` → `tavily_api_key`; null where nothing is left of it. */
export function fittingKeyName(name: string): string | null {
  const fitting = name
    .trim()
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/^(?=[0-9])/, '_')
    .slice(0, LONGEST)
  return /[A-Za-z0-9]/.test(fitting) ? fitting : null
}

/** Refuses a name that does not fit, with one that does. The name itself is shown only when it cannot be a key by mistake. */
export function checkKeyName(name: string): void {
  if (isKeyName(name)) return
  const fitting = name.length <= 40 && !/[=:/]/.test(name) ? fittingKeyName(name) : null
  throw usageError('A key is named by letters, digits and _, and does not begin with a digit.', {
    hint: fitting === null ? 'mcp-twin secret set TAVILY_API_KEY' : `mcp-twin secret set ${fitting}`,
  })
}

/** The variable that brings a key into a run. */
export const variableOf = (name: string): string => `MCP_TWIN_SECRET_${name}`
