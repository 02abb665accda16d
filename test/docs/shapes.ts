/**
 * What a JSON document may hold: `text`, `number`, `yes` (true or false), `…` (anything); before it `null|` where it may be null. A
 * list holds the shape of its items. `?` behind the name of a field: it may be missing.
 */
export type Shape = string | readonly Shape[] | { readonly [name: string]: Shape }

const isList = (shape: Shape): shape is readonly Shape[] => Array.isArray(shape)

/** A shape on one line: `[{ name: text }]`. */
export function inline(shape: Shape): string {
  if (typeof shape === 'string') return shape
  if (isList(shape)) return `[${shape.map(inline).join(', ')}]`
  return `{ ${Object.entries(shape)
    .map(([name, each]) => `${name}: ${inline(each)}`)
    .join(', ')} }`
}

/** A document with a line for each of its fields. */
export const lined = (shape: Readonly<Record<string, Shape>>): string =>
  Object.entries(shape)
    .map(([name, each]) => `${name}: ${inline(each)}`)
    .join('\n')

const kindOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  return { string: 'text', number: 'number', boolean: 'yes' }[typeof value as string] ?? 'object'
}

/** How a value differs from a shape, each difference with its place; none: it fits. */
export function misfits(shape: Shape, value: unknown, at = ''): string[] {
  if (typeof shape === 'string') {
    const kinds = shape.split('|')
    return kinds.includes('…') || kinds.includes(kindOf(value)) ? [] : [`${at} is ${kindOf(value)}, not ${shape}`]
  }
  if (isList(shape)) {
    if (!Array.isArray(value)) return [`${at} is ${kindOf(value)}, not a list`]
    const [item = '…'] = shape
    return value.flatMap((each, index) => misfits(item, each, `${at}[${index}]`))
  }
  if (kindOf(value) !== 'object') return [`${at} is ${kindOf(value)}, not an object`]
  const fields = value as Readonly<Record<string, unknown>>
  const known = new Map(Object.entries(shape).map(([name, each]) => [name.replace(/\?$/, ''), { each, isOptional: name.endsWith('?') }]))
  return [
    ...Object.keys(fields).flatMap((name) => (known.has(name) ? [] : [`${at}.${name} is not described`])),
    ...[...known].flatMap(([name, { each, isOptional }]) => {
      if (Object.hasOwn(fields, name)) return misfits(each, fields[name], `${at}.${name}`)
      return isOptional ? [] : [`${at}.${name} is missing`]
    }),
  ]
}
