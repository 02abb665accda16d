import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { clients } from '../../../../src/catalog/clients/index.ts'
import { formatOf } from '../../../../src/core/formats/index.ts'
import { describeRefusal } from '../../../../src/core/formats/text/place.ts'
import { stdioValue } from '../../../../src/core/launch/launcher.ts'
import { digest, meaning, meaningKeys } from '../../../../src/core/launch/meaning.ts'
import type { ClientDefinition } from '../../../../src/model/client.ts'
import type { EntryChange } from '../../../../src/model/document.ts'
import type { JsonObject, JsonValue } from '../../../../src/model/entry.ts'
import type { FormatName } from '../../../../src/model/format.ts'
import { judge } from '../../../fixtures/configs/check-merge.mjs'

const folder = fileURLToPath(new URL('../../../fixtures/configs/', import.meta.url))

interface Case {
  readonly id: string
  readonly input: string | null
  readonly op: { readonly name: string; readonly entry: { readonly command: string; readonly args: readonly string[] } }
}

/** The files whose bytes alone decide; links, modes and size are no matter of the client. */
const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.expect.json') && !/^s(?:18|25|26)-/.test(name))
  .map((name) => readFileSync(`${folder}${name}`, 'utf8'))

/** Files that the programs of a format cannot read: those with comments, those with trailing commas. */
const refused: Record<FormatName, RegExp> = { json: /^s1[12]-/, commented: /^s12-/, jsonc: /^$/, toml: /^$/ }

/** What is tried with a client: the case with entries under its own name and in its own spelling. */
interface Trial {
  readonly expected: object
  readonly name: string
  readonly before: Buffer | null
  readonly entry: JsonObject
}

function trialOf(text: string, client: ClientDefinition): Trial {
  const here = (whole: string): string => whole.replaceAll('mcpServers', client.container.join('.'))
  const said: Case = JSON.parse(here(text))
  const { id, input, op } = said
  const entry = stdioValue(client, { ...op.entry, env: {} })
  const same = id.startsWith('s21-') ? formatOf(client).print({ [op.name]: entry }, client.container) : null
  return {
    ...{ name: op.name, entry },
    before: input === null ? null : Buffer.from(same ?? here(readFileSync(`${folder}${input}`, 'latin1')), 'latin1'),
    expected: {
      ...said,
      op: { ...op, entry },
      ...(refused[client.format].test(id) ? { outcome: 'refuse' } : {}),
      // A mark that the program takes stays, without a word.
      ...(id.startsWith('s03-') && !client.rejectsBom ? { report_must_match: [] } : {}),
    },
  }
}

/** What sync does with a file as far as bytes go: a name that is taken by other content is refused. */
function merge(client: ClientDefinition, { name, before, entry }: Trial): { after: Uint8Array | null; output: string; exit: number } {
  const options = { bom: client.rejectsBom ? ('strip' as const) : ('keep' as const) }
  const change: EntryChange = { kind: 'set', name, value: entry, owned: [...meaningKeys(client)] }
  const refusal = (output: string) => ({ after: before, output, exit: 3 })
  const read = formatOf(client).read(before, client.container)
  if (!read.ok) return refusal(describeRefusal(read.refusal))
  const says = (value: JsonValue): string => {
    const known = meaning(value, client)
    return 'unreadable' in known ? known.unreadable : digest(known)
  }
  const present = read.document.entries().find((each) => each.name === name)
  if (present !== undefined)
    return says(present.value) === says(entry) ? { after: before, output: '', exit: 0 } : refusal(`${name} is taken`)
  const edit = read.document.edit([change], options)
  if (!edit.ok) return refusal(describeRefusal(edit.refusal))
  expect(read.document.check(edit.bytes, [change], options)).toBeNull()
  return { after: edit.bytes, output: [...read.document.notices, ...edit.notices].join('\n'), exit: 0 }
}

describe.each(clients.filter(({ format }) => format !== 'toml'))('the collected config files, as those of $id', (client) => {
  it.each(cases.map((text) => [JSON.parse(text).id as string, text]))('come out as they should: %s', (id, text) => {
    const trial = trialOf(text, client)
    const { after, output, exit } = merge(client, trial)
    expect(judge(trial.expected, trial.before, after, output, exit)).toEqual({ id, pass: true, fails: [] })
  })
})
