import { manifestSchema } from './manifest.ts'
import { settingWords } from './schema-words.ts'
import { z } from './zod.ts'

/** The part of JSON Schema that the manifest's shapes become. */
export interface Shape {
  readonly type?: string
  readonly description?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Shape>>
  readonly additionalProperties?: Shape | boolean
  readonly items?: Shape
  readonly anyOf?: readonly Shape[]
}

/** The shape with a description for each setting in it. Made anew: shapes of one kind are the very same object. */
function described(shape: Shape, path: string): Shape {
  const { properties, additionalProperties, items, anyOf } = shape
  const below = (name: string): string => (path === '' ? name : `${path}.${name}`)
  const text = settingWords[path]
  const named = Object.entries(properties ?? {}).map(([name, each]) => [name, described(each, below(name))] as const)
  return {
    ...(text !== undefined && { description: text }),
    ...shape,
    ...(properties !== undefined && { properties: Object.fromEntries(named) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: described(additionalProperties, below('*')) }),
    ...(items !== undefined && { items: described(items, below('[]')) }),
    // An alternative is the same setting in another form: only what it holds is described.
    ...(anyOf !== undefined && { anyOf: anyOf.map((each) => withoutOwn(described(each, path))) }),
  }
}

function withoutOwn({ description: _, ...shape }: Shape): Shape {
  return shape
}

/** The JSON Schema of the manifest, as editors want it. */
export function manifestJsonSchema(): Shape & { readonly title: string } {
  return { title: 'mcp-twin.json', ...described(z.toJSONSchema(manifestSchema, { io: 'input' }) as Shape, '') }
}
