/**
 * The member of a record that was read from a file. A plain index would also find what every object inherits, so that a
 * server called `constructor` would seem to be there already.
 */
export const lookUp = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined

/** A variable under any case of its name: Windows does not tell cases apart. Empty counts as not set. */
export function variableIn(variables: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  const exact = variables[name]
  if (exact !== undefined) return exact === '' ? undefined : exact
  const wanted = name.toLowerCase()
  for (const [key, value] of Object.entries(variables)) if (key.toLowerCase() === wanted && value) return value
  return undefined
}
