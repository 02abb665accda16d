import type { Paint } from '../context.ts'

const plain = (text: string): string => text

/** No colour at all: NO_COLOR, a dumb terminal, or no terminal. */
export const noPaint: Paint = { good: plain, bad: plain, warn: plain, dim: plain, strong: plain, accent: plain }

/** Colours by meaning, from the sixteen that every terminal theme defines, so that light and dark both stay readable. */
export async function colours(): Promise<Paint> {
  const { Chalk } = await import('chalk')
  const chalk = new Chalk({ level: 1 })
  return { good: chalk.green, bad: chalk.red, warn: chalk.yellow, dim: chalk.dim, strong: chalk.bold, accent: chalk.cyan }
}

/** Whether a stream wants colour: https://no-color.org and FORCE_COLOR before the terminal itself. */
export function wantsColour(isTerminal: boolean, variables: Readonly<Record<string, string | undefined>>): boolean {
  if (variables.NO_COLOR !== undefined && variables.NO_COLOR !== '') return false
  const forced = variables.FORCE_COLOR
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return isTerminal && variables.TERM !== 'dumb'
}
