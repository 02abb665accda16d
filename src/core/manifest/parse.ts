import type { z } from 'zod'
import { type Manifest, manifestSchema } from '../../model/manifest.ts'
import { placeOf } from '../json/place.ts'
import { readDocument } from '../json/read.ts'
import { offsetOf } from '../json/tree.ts'
import { readValue } from '../json/value.ts'
import { nearest } from '../nearest.ts'
import { knownKeys } from './known.ts'
import { breaches } from './rules.ts'

/** A manifest, or what is wrong with it and where; line and column count from 1. */
export type ParsedManifest =
  | { readonly ok: true; readonly manifest: Manifest }
  | { readonly ok: false; readonly message: string; readonly line?: number; readonly column?: number }

/** Reads the text of a manifest: JSON with comments and trailing commas, every key known. */
export function parseManifest(bytes: Uint8Array, clientIds: readonly string[]): ParsedManifest {
  const read = readDocument(bytes, { path: [], dialect: 'jsonc' })
  if (!read.ok) {
    const { reason, line, column } = read.refusal
    return { ok: false, message: reason, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) }
  }
  const { text } = read.document
  if (read.document.blank === true) return { ok: false, message: 'the manifest is empty', line: 1, column: 1 }
  const wrong = (path: readonly PropertyKey[], message: string): ParsedManifest => ({
    ok: false,
    message,
    ...placeOf(text, offsetOf(text, path)),
  })
  const parsed = manifestSchema.safeParse(readValue(text, 'jsonc'))
  if (!parsed.success) {
    const { path, message } = explain(parsed.error.issues)
    return wrong(path, message)
  }
  const breach = breaches(parsed.data, clientIds)[0]
  return breach === undefined ? { ok: true, manifest: parsed.data } : wrong(breach.path, breach.message)
}

/** The first trouble that the schema found, in words. */
function explain(issues: readonly z.core.$ZodIssue[]): { path: readonly PropertyKey[]; message: string } {
  const issue = issues[0]
  if (issue === undefined) return { path: [], message: 'the manifest is not valid' }
  const where = issue.path.length === 0 ? '' : ` in ${issue.path.map(String).join('.')}`
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? ''
    const guess = nearest(key, knownKeys(issue.path))
    return { path: [...issue.path, key], message: `unknown key "${key}"${where}${guess === null ? '' : `; did you mean "${guess}"?`}` }
  }
  if (issue.path.length === 1 && issue.path[0] === 'version')
    return { path: issue.path, message: '"version" must be 1: this program knows no other manifest' }
  return { path: issue.path, message: `${issue.path.map(String).join('.') || 'the manifest'}: ${issue.message}` }
}
