import { readFileSync, writeFileSync } from 'node:fs'
import { checkEdit, editEntries } from '../../src/core/formats/json/edit.ts'
import { readDocument } from '../../src/core/formats/json/read.ts'
import type { EntryChange } from '../../src/model/document.ts'

/** One merge in a fresh process: read, edit, check, write. Prints what it took as one JSON line. */
const [from = '', to = ''] = process.argv.slice(2)
const started = performance.now()
const spent: Record<string, number> = {}
const timed = <T>(what: string, work: () => T): T => {
  const start = performance.now()
  const result = work()
  spent[what] = Math.round(performance.now() - start)
  return result
}

const change: EntryChange = {
  kind: 'set',
  name: 'twin-search',
  value: { command: 'npx', args: ['-y', '@example/search-mcp@1.4.2'] },
  owned: ['command'],
}
const before = timed('load', () => readFileSync(from))
const read = timed('read', () => readDocument(before, { path: ['mcpServers'], dialect: 'strict' }))
if (!read.ok) throw new Error(read.refusal.reason)
const edit = timed('edit', () => editEntries(read.document, [change], { bom: 'strip' }))
if (!edit.ok) throw new Error(edit.refusal.reason)
const wrong = timed('check', () => checkEdit(read.document, edit.bytes, [change], { bom: 'strip' }))
if (wrong !== null) throw new Error(wrong)
timed('save', () => writeFileSync(to, edit.bytes))
// resourceUsage counts KiB.
const peakMib = Math.round(process.resourceUsage().maxRSS / 1024)
console.log(JSON.stringify({ totalMs: Math.round(performance.now() - started), peakMib, ...spent }))
