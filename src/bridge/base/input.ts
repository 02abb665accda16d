import { nearest } from '../../core/nearest.ts'
import type { JsonObject, JsonValue } from '../../model/entry.ts'
import { limits } from './limits.ts'

/**
 * What a tool takes, as data: one declaration gives the JSON Schema that clients see, the strict check and the
 * TypeScript type. zod would give the same, but building thirty schemas and their JSON form costs 20 ms of every
 * start, and its JSON form carries bytes (bounds of integers, `$schema`) that every conversation would pay for.
 */
export interface Field<T> {
  readonly schema: JsonObject
  readonly optional: boolean
  /** Which of its values are paths. */
  readonly paths?: readonly PathPlace[]
  /** The checked value; throws InputTrouble that names `where`. */
  read(value: unknown, where: string): T
}

/** What a tool does with a path argument. `spelled`: it only translates the text, without a look at the disk. */
export type PathUse = 'read' | 'write' | 'spelled'

/** Where an argument holds a path: `''` itself, `[]` each item of a list, `.name` a field of an object. */
export interface PathPlace {
  readonly at: string
  readonly use: PathUse
}

export type Fields = Readonly<Record<string, Field<unknown>>>
export type Input<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never }

/** Invalid arguments, with a message for the model that sent them. */
export class InputTrouble extends Error {}

const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
/** How a value is meant that came as a text. */
const plainly = (value: unknown, form: RegExp): string =>
  typeof value === 'string' && form.test(value) ? `: give ${value} without quotation marks` : ''

/** A single text as the list that was meant. */
const listed = (value: unknown): string => (typeof value === 'string' && value.length <= 200 ? `: give ${JSON.stringify([value])}` : '')

const about = (words: string | undefined): Record<string, string> => (words === undefined ? {} : { description: words })

interface TextRules {
  readonly about?: string
  readonly least?: number
  /** Most UTF-16 units, by default those of a path; not in the schema. */
  readonly most?: number
  /** Most bytes of UTF-8, instead of `most`. */
  readonly bytes?: number
}

export function text(rules: TextRules = {}): Field<string> {
  return {
    optional: false,
    schema: { type: 'string', ...about(rules.about) },
    read(value, where) {
      if (typeof value !== 'string') throw new InputTrouble(`${where} must be a string, not ${kindOf(value)}`)
      if (value.length < (rules.least ?? 0)) throw new InputTrouble(`${where} must not be empty`)
      const { bytes, most = bytes ?? limits.pathCharacters } = rules
      if (bytes !== undefined && Buffer.byteLength(value) > bytes)
        throw new InputTrouble(`${where} has ${Buffer.byteLength(value)} bytes; ${bytes} are the most`)
      if (value.length > most) throw new InputTrouble(`${where} has ${value.length} characters; ${most} are the most`)
      return value
    },
  }
}

/**
 * A path, in either side's spelling. Every argument that is one is made by this, so that a test can send each of them what the
 * policy must refuse; nothing of it is in the schema, whose bytes every conversation pays for.
 */
export function pathArgument(use: PathUse, rules: Pick<TextRules, 'about'> = {}): Field<string> {
  return { ...text(rules), paths: [{ at: '', use }] }
}

const placed = (paths: readonly PathPlace[] | undefined, front: string): readonly PathPlace[] =>
  (paths ?? []).map(({ at, use }) => ({ at: front + at, use }))

/** The paths among named arguments, by their names: `path`, `paths[]`, `edits[].file`. */
export const pathsIn = (fields: Fields, front = ''): readonly PathPlace[] =>
  Object.entries(fields).flatMap(([name, { paths }]) => placed(paths, front + name))

interface WholeRules {
  readonly about?: string
  readonly least?: number
  readonly most?: number
}

/** A whole number. Its bounds are not in the schema: an error says them, and every conversation would pay for them. */
export function whole(rules: WholeRules = {}): Field<number> {
  const { least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER } = rules
  return {
    optional: false,
    schema: { type: 'integer', ...about(rules.about) },
    read(value, where) {
      if (typeof value !== 'number' || !Number.isInteger(value))
        throw new InputTrouble(
          `${where} must be a whole number, not ${typeof value === 'number' ? value : kindOf(value)}${plainly(value, /^-?\d{1,15}$/)}`,
        )
      const beyond = !Number.isSafeInteger(value)
      if (beyond || value < least || value > most)
        throw new InputTrouble(
          `${where} must be ${rules.most === undefined && !beyond ? `at least ${least}` : `between ${least} and ${most}`}, not ${beyond ? value.toExponential() : value}`,
        )
      return value
    },
  }
}

export function flag(words?: string): Field<boolean> {
  return {
    optional: false,
    schema: { type: 'boolean', ...about(words) },
    read(value, where) {
      if (typeof value !== 'boolean')
        throw new InputTrouble(`${where} must be true or false, not ${kindOf(value)}${plainly(value, /^(?:true|false)$/)}`)
      return value
    },
  }
}

export function oneOf<const T extends string>(words: readonly T[], description?: string): Field<T> {
  return {
    optional: false,
    schema: { enum: [...words], ...about(description) },
    read(value, where) {
      const found = words.find((word) => word === value)
      if (found === undefined) throw new InputTrouble(`${where} must be one of ${words.join(', ')}`)
      return found
    },
  }
}

/** One of many words, which only the error names: where they are seldom needed, the list does not carry them. */
export const oneOfMany = <const T extends string>(words: readonly T[]): Field<T> => ({ ...oneOf(words), schema: { type: 'string' } })

export function listOf<T>(item: Field<T>, rules: { readonly most: number; readonly about?: string }): Field<readonly T[]> {
  return {
    optional: false,
    schema: { type: 'array', items: item.schema, ...about(rules.about) },
    paths: placed(item.paths, '[]'),
    read(value, where) {
      if (!Array.isArray(value)) throw new InputTrouble(`${where} must be a list, not ${kindOf(value)}${listed(value)}`)
      if (value.length === 0) throw new InputTrouble(`${where} must not be empty`)
      if (value.length > rules.most) throw new InputTrouble(`${where} has ${value.length} items; ${rules.most} are the most`)
      return value.map((each, index) => item.read(each, `${where}[${index}]`))
    },
  }
}

export function record<F extends Fields>(fields: F): Field<Input<F>> {
  return {
    optional: false,
    schema: objectSchema(fields),
    paths: pathsIn(fields, '.'),
    read: (value, where) => readFields(fields, value, where),
  }
}

/** A text or a number: what a setting holds. */
export function scalar(): Field<string | number> {
  return {
    optional: false,
    schema: { type: ['string', 'number'] },
    read(value, where) {
      if (typeof value !== 'string' && typeof value !== 'number')
        throw new InputTrouble(`${where} must be a string or a number, not ${kindOf(value)}`)
      return value
    },
  }
}

/** Any JSON value, of at most `most` bytes as JSON. */
export function anything(most: number, words?: string): Field<JsonValue> {
  return {
    optional: false,
    schema: { ...about(words) },
    read(value, where) {
      const bytes = Buffer.byteLength(JSON.stringify(value))
      if (bytes > most) throw new InputTrouble(`${where} has ${bytes} bytes as JSON; ${most} are the most`)
      return value as JsonValue
    },
  }
}

export function optional<T>(field: Field<T>): Field<T | undefined> {
  return { ...field, optional: true, read: (value, where) => (value === undefined ? undefined : field.read(value, where)) }
}

/** The JSON Schema of named arguments. An empty `required` says nothing and is left out. */
export function objectSchema(fields: Fields): JsonObject & { type: 'object' } {
  const entries = Object.entries(fields)
  const required = entries.filter(([, field]) => !field.optional).map(([name]) => name)
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, field]) => [name, field.schema])),
    ...(required.length > 0 && { required }),
  }
}

const known = (fields: Fields): string =>
  Object.entries(fields)
    .map(([name, field]) => (field.optional ? `[${name}]` : name))
    .join(', ')

/** Strict: an unknown name is answered with the known ones. `where` names the tool or the argument. */
export function readFields<F extends Fields>(fields: F, value: unknown, where: string): Input<F> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new InputTrouble(`${where} must be an object, not ${kindOf(value)}`)
  const given = new Map(Object.entries(value))
  for (const name of given.keys()) {
    if (Object.hasOwn(fields, name)) continue
    const takes = Object.keys(fields).length === 0 ? 'It takes no arguments' : `It takes ${known(fields)}`
    const near = nearest(name, Object.keys(fields))
    throw new InputTrouble(`${where} has no argument "${name.slice(0, 100)}"${near === null ? '' : ` (did you mean "${near}"?)`}. ${takes}`)
  }
  const read = Object.entries(fields).map(([name, field]) => {
    const sent = given.get(name)
    if (sent === undefined && !field.optional) throw new InputTrouble(`${where} needs "${name}". It takes ${known(fields)}`)
    return [name, field.read(sent, `"${name}"`)]
  })
  return Object.fromEntries(read) as Input<F>
}

/** What `to` takes, as the list says it; the names of other programs are in `bridge_status`. */
export const recipientWords = 'claude-desktop, claude-code or any'
