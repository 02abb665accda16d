import { describe, expect, it } from 'vitest'
import { clients } from '../../../src/catalog/clients/index.ts'
import { parseManifest } from '../../../src/core/manifest/parse.ts'

const ids = clients.map((client) => client.id)

/** What is said of a manifest: `line:column words`, or that it is fine. */
function said(text: string): string {
  const parsed = parseManifest(new TextEncoder().encode(text), ids)
  return parsed.ok ? 'fine' : `${parsed.line}:${parsed.column} ${parsed.message}`
}
const rest = (text: string): string => said(`{ "version": 1, ${text} }`)

describe('a manifest', () => {
  it.each([
    ['comments and trailing commas', '"servers": { /* none */ }, // yet\n'],
    ['a client that is switched off on one side, and has its file', '"clients": { "cursor": { "windows": false, "file": "~/x.json" } }'],
    ['one prefix a side', '"prefix": { "windows": "C:\\\\tools", "wsl:Ubuntu": "/opt/npm" }'],
    [
      'a server that says what it is on each side',
      '"servers": { "a": { "on": { "windows": { "command": "x" }, "wsl": { "command": "y" } } } }',
    ],
  ])('may hold %s', (_what, text) => {
    expect(rest(text)).toBe('fine')
  })

  it.each([
    [
      'a side of a client that does not exist',
      '"clients": { "cursor": { "windwos": false } }',
      '1:42 "windwos" is not an environment; did you mean "windows"?',
    ],
    [
      'a key of a client that does not exist',
      '"clients": { "cursor": { "fiel": "x" } }',
      '1:42 "fiel" is not an environment; did you mean "file"?',
    ],
    ['a switch that is no switch', '"clients": { "cursor": { "windows": "no" } }', '1:42 "windows" of "cursor" must be true or false'],
    [
      'a prefix of a side that does not exist',
      '"prefix": { "windwos": "C:\\\\tools" }',
      '1:29 "windwos" is not an environment; did you mean "windows"?',
    ],
  ])('may not hold %s, and it is reported where', (_what, text, words) => {
    expect(rest(text)).toBe(words)
  })
})
