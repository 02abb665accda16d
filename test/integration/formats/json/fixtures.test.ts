import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { checkEdit, editEntries, newDocument } from '../../../../src/core/formats/json/edit.ts'
import { entryText, presentEntries } from '../../../../src/core/formats/json/entries.ts'
import { describeRefusal } from '../../../../src/core/formats/text/place.ts'
import { readDocument } from '../../../../src/core/formats/json/read.ts'
import { sameValue } from '../../../../src/core/values.ts'
import type { EntryChange } from '../../../../src/model/document.ts'
import { judge } from '../../../fixtures/configs/check-merge.mjs'

const folder = fileURLToPath(new URL('../../../fixtures/configs/', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'mcp-twin-fixtures-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const caseSchema = z.looseObject({
  id: z.string(),
  why: z.string(),
  strict_json_client: z.boolean(),
  input: z.string().nullable(),
  outcome: z.string(),
  op: z.object({ container: z.array(z.string()), name: z.string(), entry: z.object({ command: z.string(), args: z.array(z.string()) }) }),
  generate: z.object({ bytes: z.number(), seed: z.number() }).optional(),
})
type Case = z.infer<typeof caseSchema>

const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.expect.json'))
  .map((name) => caseSchema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))))

function bytesBefore(config: Case): Uint8Array | null {
  if (config.input !== null) return readFileSync(join(folder, config.input))
  if (!config.generate) return null
  const out = join(scratch, config.id)
  execFileSync(process.execPath, [join(folder, 'gen-big.mjs'), out, String(config.generate.bytes), String(config.generate.seed)])
  return readFileSync(out)
}

/** What sync does with a file as far as bytes go: a name that is taken by other content is refused. */
function merge(config: Case, before: Uint8Array | null): { after: Uint8Array | null; output: string; exit: number } {
  const { container: path, name, entry } = config.op
  const dialect = config.strict_json_client ? ('strict' as const) : ('jsonc' as const)
  const bom = config.strict_json_client ? ('strip' as const) : ('keep' as const)
  const change: EntryChange = { kind: 'set', name, value: entry, owned: ['command', 'args', 'env'] }
  if (before === null) return { after: newDocument(path, [change]), output: '', exit: 0 }
  const read = readDocument(before, { path, dialect })
  if (!read.ok) return { after: before, output: describeRefusal(read.refusal), exit: 3 }
  const present = presentEntries(read.document).find((each) => each.name === name)
  if (present && !sameValue(present.value, entry)) return { after: before, output: `${name} is taken`, exit: 3 }
  const edit = editEntries(read.document, [change], { bom })
  if (!edit.ok) return { after: before, output: describeRefusal(edit.refusal), exit: 3 }
  expect(checkEdit(read.document, edit.bytes, [change], { bom })).toBeNull()
  return { after: edit.bytes, output: [...read.document.notices, ...edit.notices].join('\n'), exit: 0 }
}

describe('the collected config files', () => {
  it('are all there', () => expect(cases).toHaveLength(26))

  // A read-only file is refused by whoever writes it, not by the merge.
  for (const config of cases.filter((each) => !each.id.includes('readonly'))) {
    it(`${config.id}: ${config.outcome}. ${config.why}`, () => {
      const before = bytesBefore(config)
      const { after, output, exit } = merge(config, before)
      expect(judge(config, before, after, output, exit)).toEqual({ id: config.id, pass: true, fails: [] })
    })
  }

  it('give an entry back exactly as it is spelled', () => {
    const read = readDocument(readFileSync(join(folder, 's11-cursor-line-comments.json')), { path: ['mcpServers'], dialect: 'jsonc' })
    expect(read.ok && entryText(read.document, 'fetch')).toBe('{ "command": "uvx", "args": ["mcp-server-fetch"] }')
    expect(read.ok && entryText(read.document, 'toString')).toBeNull()
  })
})

describe('the judge of these files', () => {
  const config = cases.find((each) => each.id === 's13-cursor-four-spaces')
  const before = config ? bytesBefore(config) : null
  const after = config && before ? Buffer.from(merge(config, before).after ?? '').toString() : ''

  for (const [what, damaged] of [
    ['another entry that changed', after.replace('sse"', 'ssf"')],
    ['another indentation', after.replace('        "twin', '    "twin')],
    ['an entry that is missing', before ? Buffer.from(before).toString() : ''],
    ['a file cut short', after.slice(0, -3)],
  ] as const) {
    it(`sees ${what}`, () => expect(judge(config ?? {}, before, Buffer.from(damaged), '', 0).pass).toBe(false))
  }
})
