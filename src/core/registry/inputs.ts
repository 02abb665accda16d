import { isObject } from '../object.ts'
import { textOf } from './entry.ts'

type Raw = Readonly<Record<string, unknown>>

/** A value that a person gives: asked, or a key of the store. */
export interface Slot {
  /** A variable, header or argument, as its publisher calls it. */
  readonly label: string
  readonly isSecret: boolean
  /** Of a variable of the environment, whose name a key may have as it is. */
  readonly isVariable: boolean
  readonly description: string | null
  readonly choices: readonly string[]
}

/** A text with slots in it. */
export type Parts = readonly (string | Slot)[]

/** How an input came out: its value, or that it is optional and left out, or why it cannot be used. */
export type Read = { readonly parts: Parts } | { readonly left: true } | { readonly refuse: string }

/** Keys, and what a program fills in itself: no text of a stranger may name one. */
const reference = /\$\{|\$env:|%[A-Za-z_]\w*%/

/** A text of a stranger as it stands, or why it is refused. */
export function literal(label: string, text: string): Read {
  if (reference.test(text)) return { refuse: `"${label}" refers to a value of this computer, ${JSON.stringify(text)}` }
  return text.includes('\0') ? { refuse: `"${label}" contains a NUL character, which no program can be given` } : { parts: [text] }
}

function single(label: string, input: Raw, isVariable: boolean, isNeeded: boolean): Read {
  const isSecret = input.isSecret === true
  const fixed = textOf(input.value) ?? (isSecret ? null : textOf(input.default))
  if (fixed !== null) return literal(label, fixed)
  if (!isNeeded && input.isRequired !== true) return { left: true }
  const choices = Array.isArray(input.choices) ? input.choices.filter((each) => typeof each === 'string') : []
  return { parts: [{ label, isSecret, isVariable, description: textOf(input.description), choices }] }
}

/** A text whose `{names}` stand for variables; a name that nothing explains stays as it is. */
export function withVariables(label: string, text: string, variables: unknown, isNeeded: boolean): Read {
  const known = isObject(variables) ? variables : {}
  const parts: (string | Slot)[] = []
  for (const piece of text.split(/(\{[^{}]+\})/)) {
    const name = piece.slice(1, -1)
    const variable = piece.startsWith('{') && Object.hasOwn(known, name) ? known[name] : undefined
    const read = isObject(variable) ? single(name, variable, false, isNeeded) : literal(label, piece)
    if (!('parts' in read)) return read
    parts.push(...read.parts)
  }
  // Pieces that are harmless alone may be a reference together: "$" and "{secret:NAME}". A blank stands for what a person gives.
  const whole = literal(label, parts.map((part) => (typeof part === 'string' ? part : ' ')).join(''))
  return 'refuse' in whole ? whole : { parts }
}

/** A variable, header or argument: its fixed value, its default, or what a person is to give; an optional one without either is left out. */
export function readInput(label: string, input: Raw, isVariable: boolean): Read {
  const value = textOf(input.value)
  if (value === null || !isObject(input.variables)) return single(label, input, isVariable, false)
  return withVariables(label, value, input.variables, input.isRequired === true)
}
