import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clients } from '../../../src/catalog/clients/index.ts'
import { commented, json, jsonc } from '../../../src/core/formats/json/format.ts'
import { toml } from '../../../src/core/formats/toml/format.ts'
import { digest, meaning } from '../../../src/core/launch/meaning.ts'
import type { JsonObject } from '../../../src/model/entry.ts'
import type { Format } from '../../../src/model/format.ts'
import { runs } from '../../support/runs.ts'

const formats: readonly (readonly [string, Format])[] = [
  ['json', json],
  ['commented', commented],
  ['jsonc', jsonc],
  ['toml', toml],
]
const path = ['servers']
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

function read(format: Format, source: string) {
  const result = format.read(utf8(source), path)
  if (!result.ok) throw new Error(result.refusal.reason)
  return result.document
}

const entries: Record<string, JsonObject> = {
  plain: { command: 'node', args: ['C:\\a b\\x.js', "it's", ''], env: { KEY: 'v"1', 'odd name': 'é\n' } },
  remote: { type: 'http', url: 'https://x/y?a=b#c', headers: { 'x-api-key': '${X}' } },
  'a.b c': { command: '/bin/é', enabled: false, timeout: 60, nested: { a: { b: [1, { c: 'd' }] } } },
  '': { command: 'x' },
}

describe.each(formats)('%s', (_, format) => {
  it('reads what it prints', () => {
    const printed = format.print(entries, path)
    const document = read(format, printed)
    expect(Object.fromEntries(document.entries().map(({ name, value }) => [name, value]))).toEqual(entries)
    expect(printed.endsWith('\n')).toBe(true)
  })

  it('writes entries without changing their meaning', () => {
    const [client] = clients
    if (client === undefined) throw new Error('no client')
    for (const [name, value] of Object.entries(entries)) {
      const edit = read(format, '').edit([{ kind: 'set', name, value, owned: [] }], { bom: 'keep' })
      const back = edit.ok ? read(format, text(edit.bytes)).entries()[0]?.value : null
      const [was, is] = [meaning(value, client), meaning(back ?? null, client)]
      if ('unreadable' in was || 'unreadable' in is) throw new Error(name)
      expect(digest(is)).toBe(digest(was))
    }
  })

  it('prints values that are no objects, and nothing', () => {
    const odd = { text: '••••••••', list: ['a'], none: {} }
    expect(
      Object.fromEntries(
        read(format, format.print(odd, path))
          .entries()
          .map(({ name, value }) => [name, value]),
      ),
    ).toEqual(odd)
    expect(read(format, format.print({}, path)).entries()).toEqual([])
  })

  it('calls a file without entries empty', () => {
    const add = read(format, '').edit([{ kind: 'set', name: 'x', value: { command: 'a' }, owned: [] }], { bom: 'keep' })
    if (!add.ok) throw new Error('not added')
    expect(format.isEmpty(add.bytes, path)).toBe(false)
    const gone = read(format, text(add.bytes)).edit([{ kind: 'remove', name: 'x' }], { bom: 'keep' })
    expect(gone.ok && format.isEmpty(gone.bytes, path)).toBe(true)
    expect(format.isEmpty(utf8(' \n'), path)).toBe(true)
    expect(format.isEmpty(utf8('# x'), path)).toBe(false)
  })

  it('takes a byte order mark off for a program that rejects it', () => {
    const document = read(format, `\ufeff${format.print(entries, path)}`)
    expect(document.bom).toBe(true)
    const edit = document.edit([], { bom: 'strip' })
    expect(edit).toMatchObject({ ok: true, changed: true, notices: [expect.stringMatching(/byte order mark/)] })
    expect(edit.ok && text(edit.bytes)).toBe(format.print(entries, path))
    expect(edit.ok && document.check(edit.bytes, [], { bom: 'strip' })).toBeNull()
    expect(edit.ok && document.check(edit.bytes, [], { bom: 'keep' })).toMatch(/byte order mark/)
  })

  it('reads no file as an empty one', () => expect(format.read(null, path)).toMatchObject({ ok: true, document: { bom: false } }))

  it('writes any text so that it is read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, value) => {
        fc.pre(!/\p{Cs}/u.test(name + value) && !(name + value).includes('\0'))
        const document = read(format, '')
        const entry = { command: value, env: { [name]: value } }
        const edit = document.edit([{ kind: 'set', name, value: entry, owned: [] }], { bom: 'keep' })
        if (!edit.ok) throw new Error(edit.refusal.reason)
        expect(read(format, text(edit.bytes)).entries()).toEqual([{ name, value: entry, duplicate: false }])
      }),
      { numRuns: runs(40) },
    )
  })
})

describe('an object of entries that was not there before us', () => {
  const source = '{\n  // c\n  "k": 1,\n  "servers": {\n    "x": {}\n  }\n}\n'
  const options = { bom: 'keep', emptied: 'remove' } as const

  it('is removed from JSON with its last entry', () => {
    const document = read(jsonc, source)
    const edit = document.edit([{ kind: 'remove', name: 'x' }], options)
    expect(edit.ok && text(edit.bytes)).toBe('{\n  // c\n  "k": 1\n}\n')
    expect(edit.ok && document.check(edit.bytes, [{ kind: 'remove', name: 'x' }], options)).toBeNull()
    for (const damaged of ['{\n  "k": 1\n}\n', '{\n  // c\n  "k": 2\n}\n', '{\n  // c\n}\n', '{}\n'])
      expect(document.check(utf8(damaged), [{ kind: 'remove', name: 'x' }], options)).not.toBeNull()
    expect(edit.ok && document.check(edit.bytes, [], options)).toMatch(/missing/)
  })

  it('stays while something is in it', () => {
    const edit = read(jsonc, source).edit([], options)
    expect(edit.ok && text(edit.bytes)).toBe(source)
    const other = read(jsonc, '{"servers": {"x": {}, "y": {}}}').edit([{ kind: 'remove', name: 'x' }], options)
    expect(other.ok && text(other.bytes)).toBe('{"servers": {"y": {}}}')
  })

  it('needs nothing in TOML, where it is there by its entries', () => {
    const edit = read(toml, '[servers.x]\ncommand = "a"\n').edit([{ kind: 'remove', name: 'x' }], options)
    expect(edit.ok && text(edit.bytes)).toBe('')
  })
})
