import { usageError } from '../../errors.ts'

/** Valid key names: a key's name is also part of a variable's name and of `${secret:NAME}`. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const LONGEST = 128

export const isKeyName = (name: string): boolean => NAME.test(name) && name.length <= LONGEST

/** Refuses an invalid name, without repeating it: a key may have been typed in its place. */
export function checkKeyName(name: string): void {
  if (isKeyName(name)) return
  throw usageError('A key is named by letters, digits and _, and its name does not begin with a digit.', {
    hint: 'mcp-twin secret set TAVILY_API_KEY',
  })
}

/** The variable that brings a key into a run. */
export const variableOf = (name: string): string => `MCP_TWIN_SECRET_${name}`
