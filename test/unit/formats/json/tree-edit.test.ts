import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { removeAt, renameKey, setAt, type TreeEdit } from '../../../../src/core/formats/json/tree-edit.ts'
import { readValue } from '../../../../src/core/formats/json/value.ts'
import { sameValue } from '../../../../src/core/values.ts'
import { documentText } from './jsonc-text.ts'
import { runs } from '../../../support/runs.ts'

const manifest = `// mine
{
  "version": 1,
  "servers": {
    // searches
    "tavily": { "package": "tavily-mcp@0.2.22", "env": { "K": "\${secret:K}" } }, // paid
    "files": {
      "package": "server-filesystem", // official
      "args": ["/srv"],
    },
  },
}
`
const text = (edit: TreeEdit): string => {
  if (!edit.ok) throw new Error(edit.refusal.reason)
  return edit.text
}

describe('a value that is set', () => {
  it('changes in its place', () => {
    expect(text(setAt(manifest, ['servers', 'tavily', 'package'], 'tavily-mcp@0.3.0'))).toBe(manifest.replace('0.2.22', '0.3.0'))
    expect(text(setAt(manifest, ['servers', 'files', 'args'], ['/srv', '/x']))).toBe(manifest.replace('["/srv"]', '["/srv", "/x"]'))
  })

  it('comes in the layout of its neighbours', () => {
    expect(text(setAt(manifest, ['servers', 'tavily', 'share'], true))).toBe(
      manifest.replace('} }, // paid', '}, "share": true }, // paid'),
    )
    expect(text(setAt(manifest, ['servers', 'new'], { package: 'x' }))).toBe(
      manifest.replace('    },\n  },\n', '    },\n    "new": {\n      "package": "x"\n    },\n  },\n'),
    )
    expect(text(setAt(manifest, ['clients', 'cursor'], false))).toBe(
      manifest.replace('  },\n}\n', '  },\n  "clients": {\n    "cursor": false\n  },\n}\n'),
    )
  })

  it('stays when it says so already', () => {
    expect(text(setAt(manifest, ['servers', 'files'], { args: ['/srv'], package: 'server-filesystem' }))).toBe(manifest)
  })

  it('begins a document where there is none', () => {
    expect(text(setAt('', ['version'], 1))).toBe('{\n  "version": 1\n}\n')
    expect(text(setAt('\r\n', ['a', 'b'], {}))).toBe('{\r\n  "a": {\r\n    "b": {}\r\n  }\r\n}\r\n')
    expect(text(setAt('\ufeff{}', ['a'], 1))).toBe('\ufeff{\n  "a": 1\n}')
  })

  it('may replace everything', () => expect(text(setAt('{"a": 1, "b": 2}', [], { a: 1, c: 3 }))).toBe('{"a": 1, "c": 3}'))

  it.each([
    ['a broken text', '{"a": 1 "b": 2}', ['a'], 'syntax'],
    ['a text that is no object', '[]', ['a'], 'root-not-object'],
    ['something else on the way', '{"a": 1}', ['a', 'b'], 'container-not-object'],
    ['two of one name on the way', '{"a": {}, "a": {}}', ['a', 'b'], 'duplicate-key'],
  ])('is refused: %s', (_, before, path, code) => {
    expect(setAt(before, path, 2)).toMatchObject({ ok: false, refusal: { code } })
    expect(removeAt(before, path.length === 1 ? [...path, 'x'] : path)).toMatchObject({
      ok: false,
      refusal: { code: before.startsWith('{"a": 1}') ? code : expect.any(String) },
    })
  })

  it('is refused with comments where the owner takes none', () => {
    expect(setAt(manifest, ['version'], 2, 'strict')).toMatchObject({ ok: false, refusal: { code: 'comment', line: 1 } })
  })

  it('is there afterwards, whatever the document', () => {
    fc.assert(
      fc.property(
        documentText('jsonc'),
        fc.constantFrom(['mcpServers', 'new', 'x'], ['new'], ['mcpServers', 'b c'], ['n1', 'n2', 'n3']),
        ({ text: before }, path) => {
          const after = text(setAt(before, path, { v: [1] }))
          let value = readValue(after, 'jsonc')
          for (const name of path)
            value = value !== null && typeof value === 'object' && !Array.isArray(value) ? (value[name] ?? null) : null
          expect(sameValue(value, { v: [1] })).toBe(true)
          expect(text(setAt(after, path, { v: [1] }))).toBe(after)
          const back = text(removeAt(after, path))
          if (path.length === 1) expect(back).toBe(before)
        },
      ),
      { numRuns: runs(80) },
    )
  })
})

describe('a member that is removed', () => {
  it('takes its line, its comma and its comment', () => {
    expect(text(removeAt(manifest, ['servers', 'tavily']))).toBe(manifest.replace(/ {4}"tavily".*\n/, ''))
    expect(text(removeAt(manifest, ['servers', 'files', 'package']))).toBe(manifest.replace(/ {6}"package": "server.*\n/, ''))
    expect(text(removeAt(manifest, ['servers', 'tavily', 'env', 'K']))).toBe(manifest.replace('{ "K": "${secret:K}" }', '{ }'))
  })

  it('may be missing', () => {
    for (const path of [['x'], ['servers', 'x'], ['x', 'y'], ['servers', 'files', 'env', 'A'], []])
      expect(text(removeAt(manifest, path))).toBe(manifest)
    expect(text(removeAt('', ['x']))).toBe('')
  })
})

describe('a key that is renamed', () => {
  it('keeps its place and everything around it', () => {
    expect(text(renameKey(manifest, ['servers', 'tavily'], 'search "1"'))).toBe(manifest.replace('"tavily"', '"search \\"1\\""'))
  })

  it('may be missing, or have that name already', () => {
    for (const path of [
      ['servers', 'x'],
      ['x', 'y'],
    ])
      expect(text(renameKey(manifest, path, 'new'))).toBe(manifest)
    expect(text(renameKey(manifest, ['servers', 'files'], 'files'))).toBe(manifest)
    expect(text(renameKey('\n', ['a'], 'b'))).toBe('\n')
  })

  it('is refused a name that is taken', () => {
    expect(renameKey(manifest, ['servers', 'tavily'], 'files')).toMatchObject({ ok: false, refusal: { code: 'duplicate-key', line: 7 } })
    expect(renameKey('{"a": 1, "a": 2}', ['a'], 'b')).toMatchObject({ ok: false, refusal: { code: 'duplicate-key', column: 10 } })
  })
})
