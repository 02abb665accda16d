import type { EntryChange, FileRefusal } from '../../../model/document.ts'
import type { Edit, EditOptions } from '../../../model/format.ts'
import { firstBreak } from '../text/lines.ts'
import { type Frame, lineIndent, written } from './layout.ts'
import { withMember, withoutMember } from './members.ts'
import { refusalAt } from '../text/place.ts'
import { nodesOnPath } from './read.ts'
import { reconcileMembers } from './reconcile.ts'
import { shown } from '../text/shown.ts'
import { removeAt } from './tree-edit.ts'
import { encodePieces } from '../text/utf8.ts'
import { startsObject } from './walk.ts'
import type { Dialect, JsonDocument } from './document.ts'

export { checkEdit } from './check.ts'

/** With the result as text, without a BOM. */
type JsonEdit = (Extract<Edit, { readonly ok: true }> & { readonly text: string }) | Extract<Edit, { readonly ok: false }>

/**
 * Carries changes into a document, one after another. Only the named entries' own spans change; new entries go last,
 * a missing container is made at the end of the object it belongs to, a blank document becomes a new one. A name
 * that is to change and occurs twice is refused, since one of the two would be left behind.
 */
export function editEntries(document: JsonDocument, changes: readonly EntryChange[], options: EditOptions): JsonEdit {
  const refusal = obstacle(document, changes)
  if (refusal) return { ok: false, refusal }
  const edited = document.blank ? freshPieces(document, changes) : editedPieces(document, changes)
  const pieces = options.emptied === 'remove' ? withoutEmptyContainer(document, edited) : edited
  const strip = document.bom && options.bom === 'strip'
  return {
    ok: true,
    bytes: encodePieces(pieces, document.bom && !strip),
    text: pieces.reduce((text, piece) => text + piece, ''),
    notices: strip ? ['the byte order mark (BOM) is taken off, since the program that owns this file rejects it'] : [],
    changed: strip || pieces.length > 1,
  }
}

/** A document for a file that is not there or holds only white space. */
export function blankDocument(path: readonly string[], dialect: Dialect): JsonDocument {
  return { text: '', bom: false, eol: '\n', indent: '  ', path, container: null, dialect, notices: [], blank: true }
}

/** The bytes of a new file that holds these changes and nothing else. */
export function newDocument(path: readonly string[], changes: readonly EntryChange[]): Uint8Array {
  return encodePieces(freshPieces(blankDocument(path, 'strict'), changes), false)
}

/** Returns why changes cannot be made: a name that appears twice. */
export function obstacle(document: JsonDocument, changes: readonly EntryChange[]): FileRefusal | null {
  const ours = new Set(changes.map((change) => change.name))
  const seen = new Set<string>()
  for (const { name, key } of document.container?.members ?? []) {
    if (!ours.has(name)) continue
    if (seen.has(name)) {
      const reason = `duplicate: the entry ${shown(name)} appears twice; remove one of the two`
      return refusalAt(document.text, key.start, 'duplicate-key', reason)
    }
    seen.add(name)
  }
  return null
}

/** The object of entries is removed where nothing is left in it. */
function withoutEmptyContainer({ path, dialect, blank }: JsonDocument, pieces: string[]): string[] {
  const text = pieces.join('')
  const container = blank ? undefined : nodesOnPath(text, path, dialect)[path.length]
  if (container === undefined || container.items.length > 0) return pieces
  const removed = removeAt(text, path, dialect)
  return removed.ok ? ['', removed.text] : pieces
}

/** The whole text in pieces, the changed one among them; a single piece where nothing changes. */
function editedPieces(document: JsonDocument, changes: readonly EntryChange[]): string[] {
  const { text, container, path } = document
  if (container) return replaced(document, container.span, (object, frame) => applied(object, changes, frame))
  if (!changes.some((change) => change.kind === 'set')) return [text]
  const nodes = nodesOnPath(text, path, document.dialect)
  const deepest = nodes[nodes.length - 1] ?? nodes[0]
  return replaced(document, deepest, (object, frame) => nested(object, path.slice(nodes.length - 1), changes, frame))
}

function replaced(
  document: JsonDocument,
  { start, end }: { readonly start: number; readonly end: number },
  change: (object: string, frame: Frame) => string,
): string[] {
  const { text, indent, eol } = document
  const object = text.slice(start, end)
  const base = lineIndent(text, start)
  const frame = { indent, eol: firstBreak(object) ?? eol, base, flat: false, spaced: true, padded: false }
  const result = change(object, frame)
  return result === object ? [text] : [text.slice(0, start), result, text.slice(end)]
}

/** Applies changes below a path of which nothing is there yet. */
function nested(object: string, path: readonly string[], changes: readonly EntryChange[], frame: Frame): string {
  const [name, ...rest] = path
  if (name === undefined) return applied(object, changes, frame)
  return withMember(object, name, frame, (value, inner) => nested(value ?? '{}', rest, changes, inner))
}

function applied(object: string, changes: readonly EntryChange[], frame: Frame): string {
  return changes.reduce((text, change) => {
    if (change.kind === 'remove') return withoutMember(text, change.name)
    return withMember(text, change.name, frame, (entry, inner) =>
      entry !== null && startsObject(entry, 0) ? reconcileMembers(entry, change.value, change.owned, inner) : written(change.value, inner),
    )
  }, object)
}

function freshPieces(document: JsonDocument, changes: readonly EntryChange[]): string[] {
  const { text, eol, indent, path } = document
  if (!changes.some((change) => change.kind === 'set')) return [text]
  const frame = { indent, eol, base: '', flat: false, spaced: true, padded: false }
  return ['', nested('{}', path, changes, frame), eol]
}
