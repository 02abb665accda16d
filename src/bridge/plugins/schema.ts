import type { JsonValue } from '../../model/entry.ts'
import { isDeeper, isObject } from '../../core/object.ts'
import { repeatsRepeated } from './pattern.ts'
import { pluginLimits } from './limits.ts'

/** Keywords whose values are data, not schemas. */
const data = new Set(['enum', 'const', 'default', 'examples', 'example'])

const references = new Set(['$ref', '$dynamicRef', '$recursiveRef'])

function patternTrouble(pattern: string): string | null {
  const shown = JSON.stringify(pattern.slice(0, 60))
  if (pattern.length > pluginLimits.patternCharacters)
    return `the pattern ${shown} has ${pattern.length} characters; ${pluginLimits.patternCharacters} are the most`
  try {
    new RegExp(pattern, 'u')
  } catch (error) {
    return `the pattern ${shown} is none: ${error instanceof Error ? error.message : String(error)}`
  }
  return repeatsRepeated(pattern)
    ? `the pattern ${shown} repeats what itself repeats, which can take for ever on a text that does not fit`
    : null
}

/** The first trouble of a schema's keywords; every schema in it is looked at. `names`: the members are names of properties, not keywords. */
function keywordTrouble(value: JsonValue, names: boolean): string | null {
  if (Array.isArray(value)) return first(value, (each) => keywordTrouble(each, false))
  if (!isObject(value)) return null
  return first(Object.entries(value), ([keyword, inside]) => {
    if (names) return keywordTrouble(inside, false)
    if (data.has(keyword)) return null
    if (references.has(keyword) && !(typeof inside === 'string' && inside.startsWith('#')))
      return `${keyword} refers to ${JSON.stringify(inside).slice(0, 60)}; only a part of the same schema (#/…) can be referred to`
    if (keyword === 'pattern' && typeof inside === 'string') return patternTrouble(inside)
    if (keyword === 'patternProperties' && isObject(inside)) {
      const trouble = first(Object.keys(inside), patternTrouble)
      if (trouble !== null) return trouble
    }
    return keywordTrouble(
      inside,
      ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas', 'dependencies'].includes(keyword),
    )
  })
}

function first<T>(all: readonly T[], judge: (each: T) => string | null): string | null {
  for (const each of all) {
    const trouble = judge(each)
    if (trouble !== null) return trouble
  }
  return null
}

/** Why a schema of parameters is refused; null: it is accepted. Every conversation pays for it, and every call is checked by it. */
export function schemaTrouble(schema: Readonly<Record<string, JsonValue>>): string | null {
  if (isDeeper(schema, pluginLimits.schemaNesting)) return `they are nested more than ${pluginLimits.schemaNesting} levels deep`
  const bytes = Buffer.byteLength(JSON.stringify(schema))
  if (bytes > pluginLimits.schema) return `they have ${bytes} bytes as JSON; ${pluginLimits.schema} are the most`
  if (schema.type !== undefined && schema.type !== 'object') return 'their "type" must be "object", since arguments have names'
  return keywordTrouble(schema, false)
}
