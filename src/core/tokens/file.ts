import { isObject } from '../object.ts'
import type { Weight } from './weight.ts'

/** What the tools of one launch cost. */
export interface Weighed {
  /** The server's name when it was asked, for a person who reads the file. */
  readonly server: string
  /** When it was asked, in ms since 1970. */
  readonly at: number
  readonly tools: readonly Weight[]
}

/** `weights.json`: by the digest of the launch. It holds names and numbers, no words of a server. */
export type WeightsFile = Readonly<Record<string, Weighed>>

/** The newest launches that are kept. */
const launchesMost = 300

export const weightsText = (file: WeightsFile): string => `${JSON.stringify({ version: 1, launches: file })}\n`

/** Reads the file's text. It can be had again by asking, so what is damaged counts as not there. */
export function parseWeights(text: string): WeightsFile {
  try {
    const file: unknown = JSON.parse(text)
    if (!isObject(file) || !isObject(file.launches)) return {}
    return Object.fromEntries(Object.entries(file.launches).flatMap(([digest, value]) => weighedIn(value).map((one) => [digest, one])))
  } catch {
    return {}
  }
}

function weighedIn(value: unknown): Weighed[] {
  if (!isObject(value) || typeof value.server !== 'string' || typeof value.at !== 'number' || !Array.isArray(value.tools)) return []
  const tools = value.tools.flatMap((tool): Weight[] =>
    isObject(tool) && typeof tool.name === 'string' && typeof tool.tokens === 'number' ? [{ name: tool.name, tokens: tool.tokens }] : [],
  )
  return tools.length === value.tools.length ? [{ server: value.server, at: value.at, tools }] : []
}

/** The file with what was found now; the very same object where it knew all of it. */
export function withWeights(file: WeightsFile, found: WeightsFile): WeightsFile {
  const isKnown = ([digest, { tools }]: [string, Weighed]): boolean => JSON.stringify(file[digest]?.tools) === JSON.stringify(tools)
  if (Object.entries(found).every(isKnown)) return file
  const newest = Object.entries({ ...file, ...found }).sort(([, a], [, b]) => b.at - a.at)
  return Object.fromEntries(newest.slice(0, launchesMost))
}
