import type { Dialect } from '../../../model/client.ts'
import type { Document } from '../../../model/document.ts'
import type { ConfigDocument, Format } from '../../../model/format.ts'
import { checkEdit, editEntries, obstacle } from './edit.ts'
import { presentEntries } from './entries.ts'
import { readDocument } from './read.ts'

const formatOf = (dialect: Dialect): Format => ({
  extension: 'json',
  read(bytes, path) {
    const read = readDocument(bytes ?? new Uint8Array(), { path, dialect })
    return read.ok ? { ok: true, document: documentOf(read.document) } : read
  },
  isEmpty(bytes, path) {
    const text = new TextDecoder().decode(bytes).replace(/\s/g, '')
    return text === '' || text === '{}' || text === path.reduceRight((inner, name) => `{${JSON.stringify(name)}:${inner}}`, '{}')
  },
  print: (entries, path) => `${JSON.stringify({ [path.at(-1) ?? 'mcpServers']: entries }, null, 2)}\n`,
})

/** JSON as programs read it that take neither comments nor trailing commas. */
export const json = formatOf('strict')

/** JSON with comments and trailing commas. */
export const jsonc = formatOf('jsonc')

const documentOf = (document: Document): ConfigDocument => ({
  bom: document.bom,
  notices: document.notices,
  container: document.container === null ? 'absent' : 'present',
  entries: () => presentEntries(document),
  obstacle: (change) => obstacle(document, [change]),
  edit: (changes, options) => editEntries(document, changes, options),
  check: (after, changes, options) => checkEdit(document, after, changes, options),
})
