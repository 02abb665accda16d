import { isObject } from './object.ts'

/** Namespaces that a person has given to checkouts, by the real path of the project's folder. */
export type NamespaceLinks = Readonly<Record<string, string>>

/** In the bridge's folder of each machine: paths mean nothing elsewhere. */
export const linksFileName = 'links.json'

/** Throws an Error that says why the text cannot be used. */
export function parseLinks(text: string): NamespaceLinks {
  const file: unknown = JSON.parse(text)
  if (!isObject(file) || !isObject(file.links)) throw new Error('it has no "links"')
  for (const name of Object.values(file.links)) if (typeof name !== 'string' || name === '') throw new Error('a link is no name')
  return Object.assign(Object.create(null), file.links)
}

export const linksText = (links: NamespaceLinks): string => `${JSON.stringify({ links }, null, 2)}\n`
