/**
 * The member of a record that was read from a file. A plain index would also find what every object inherits, so that a
 * server called `constructor` would seem to be there already.
 */
export const lookUp = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined
