import { type Manifest, manifestSchema } from '../../model/manifest.ts'
import { placeOf } from '../formats/text/place.ts'
import { readDocument } from '../formats/json/read.ts'
import { offsetOf } from '../formats/json/tree.ts'
import { repeatedName } from '../formats/json/repeated.ts'
import { readValue } from '../formats/json/value.ts'
import { explain } from './explain.ts'
import { breaches } from './rules.ts'
import type { JsonDocument } from '../formats/json/document.ts'

/** A manifest, or what is wrong with it and where; line and column count from 1. */
export type ParsedManifest =
  | { readonly ok: true; readonly manifest: Manifest }
  | { readonly ok: false; readonly message: string; readonly line?: number; readonly column?: number }

/** Reads the text of a manifest: JSON with comments and trailing commas, every key known. */
export function parseManifest(bytes: Uint8Array, clientIds: readonly string[]): ParsedManifest {
  const read = readDocument(bytes, { path: ['servers'], dialect: 'jsonc' })
  if (!read.ok) {
    const { reason, line, column } = read.refusal
    return { ok: false, message: reason, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) }
  }
  const { text } = read.document
  if (read.document.blank === true) return { ok: false, message: 'the manifest is empty', line: 1, column: 1 }
  const wrong = (path: readonly PropertyKey[], message: string): ParsedManifest => ({
    ok: false,
    message,
    ...placeIn(text, path),
  })
  const clash = clashOf(read.document)
  if (clash !== null) return { ok: false, message: clash.message, ...placeOf(text, clash.offset) }
  const parsed = manifestSchema.safeParse(readValue(text, 'jsonc'))
  if (!parsed.success) {
    const { path, message } = explain(parsed.error.issues)
    return wrong(path, message)
  }
  const breach = breaches(parsed.data, clientIds)[0]
  return breach === undefined ? { ok: true, manifest: parsed.data } : wrong(breach.path, breach.message)
}

/** Returns the position of a path; none where it is nested too deep. */
function placeIn(text: string, path: readonly PropertyKey[]): { line?: number; column?: number } {
  try {
    return placeOf(text, offsetOf(text, path))
  } catch (error) {
    if (error instanceof RangeError) return {}
    throw error
  }
}

/** Returns a name that cannot be: one that stands twice, of which JSON silently takes the last, so that what the first closes would be open. */
function clashOf({ container, text }: JsonDocument): { message: string; offset: number } | null {
  const impossible = container?.members.find(({ name }) => name === '__proto__')
  if (impossible !== undefined) return { message: 'a server cannot be called "__proto__"', offset: impossible.key.start }
  const twice = repeatedName(text)
  if (twice === null) return null
  const server = container?.members.some(({ key }) => key.start === twice.offset) === true
  return { message: `${server ? 'server ' : ''}"${twice.name}" appears twice`, offset: twice.offset }
}
