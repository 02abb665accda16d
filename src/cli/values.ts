import { usageError } from '../errors.ts'
import { namesOf, type OptionSpec, type OptionValue } from '../model/command-line.ts'

/** A value that a flag does not take, in the parser's own words. */
export class WrongValue extends Error {}

/** The name under which a flag's value is handed on: `--if-version` is `ifVersion`, `--no-try` is `try`. */
export const keyOf = (spec: OptionSpec): string =>
  (namesOf(spec).find((name) => name.startsWith('--')) ?? '')
    .replace(/^--(?:no-)?/, '')
    .replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

/**
 * The value of a flag after it was given once more as `text`; `before` is what it held. Throws for one that it does not take. Both ways to
 * read a command line read values here, so that they cannot differ.
 */
export function readValue(spec: OptionSpec, text: string, before: OptionValue | undefined, help: string): OptionValue {
  const { many, choices, least } = spec
  const values =
    many !== 'words'
      ? [text]
      : text
          .split(',')
          .map((word) => word.trim())
          .filter((word) => word !== '')
  if (values.length === 0) throw new WrongValue('a name is required.')
  const wrong = choices !== undefined && values.some((value) => !choices.includes(value))
  if (wrong) throw new WrongValue(`Allowed choices are ${choices.join(', ')}.`)
  if (many !== undefined) return [...(Array.isArray(before) ? before : []), ...values]
  return least === undefined ? text : wholeNumber(spec, text, least, help)
}

function wholeNumber(spec: OptionSpec, text: string, least: number, help: string): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least) return number
  throw usageError(`${namesOf(spec)[0]} takes a whole number from ${least}, not ${JSON.stringify(text)}.`, { hint: help })
}
