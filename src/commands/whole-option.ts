import { usageError } from '../errors.ts'

/** An option that is a whole number; undefined where it is not given. */
export function wholeOption(command: string, options: Record<string, unknown>, name: string, least: number): number | undefined {
  const given = options[name]
  if (given === undefined) return undefined
  const number = /^\d{1,15}$/.test(String(given)) ? Number(given) : Number.NaN
  if (number >= least) return number
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  throw usageError(`--${flag} takes a whole number from ${least}, not ${JSON.stringify(given)}.`, { hint: `mcp-twin ${command} --help` })
}
