import { describe, expect, it } from 'vitest'
import { toml } from '../../../../src/core/formats/toml/format.ts'
import { documentOf, edited, entriesOf, lines, PATH, refusalOf, set } from './situation.ts'

describe('entries of a TOML file', () => {
  it('are read whatever their spelling, in the order of the file', () => {
    const text = lines(
      '[mcp_servers.z.env]',
      'A = "1"',
      '[mcp_servers]',
      'dotted.command = "a"',
      'inline = { command = "b", args = ["-y"] }',
      '"quoted name".command = "c"',
      '[mcp_servers.10]',
      'command = "d"',
      '[mcp_servers.z]',
      "command = 'C:\\e'",
    )
    expect(documentOf(text).entries()).toEqual([
      { name: 'z', value: { env: { A: '1' }, command: 'C:\\e' }, duplicate: false },
      { name: 'dotted', value: { command: 'a' }, duplicate: false },
      { name: 'inline', value: { command: 'b', args: ['-y'] }, duplicate: false },
      { name: 'quoted name', value: { command: 'c' }, duplicate: false },
      { name: '10', value: { command: 'd' }, duplicate: false },
    ])
  })

  it('are none where other tables have entries of that name', () => {
    expect(entriesOf(lines('[profiles.x.mcp_servers.a]', 'command = "a"', '[[list]]', '[list.mcp_servers.b]', '[mcp_serversx.c]'))).toEqual(
      {},
    )
  })

  it('may be named like members that every object has', () => {
    const text = lines('[mcp_servers.__proto__]', 'command = "a"', '[mcp_servers.constructor.__proto__]', 'a = 1')
    expect(
      documentOf(text)
        .entries()
        .map(({ name }) => name),
    ).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>).command).toBeUndefined()
  })

  it.each([
    ['[mcp_servers.x]\n', 'present'],
    ['[mcp_servers]\n', 'present'],
    ['mcp_servers = {}\n', 'present'],
    ['[tui]\n', 'implied'],
    ['', 'implied'],
  ])('do not tell by their absence who removed them: %j', (text, container) => expect(documentOf(text).container).toBe(container))

  it('are read from no file at all', () => {
    const read = toml.read(null, PATH)
    expect(read.ok && read.document.entries()).toEqual([])
  })
})

describe('a value that JSON has no word for', () => {
  const text = lines(
    '[mcp_servers.x]',
    'day = 1979-05-27',
    'stamp = 1979-05-27 07:32:00.5-08:00',
    'many = 123456789012345678901234567890',
    'whole = 10.0',
    'none = -0.0',
    'limit = -inf',
    'no = nan',
    'big = 1e300',
  )

  it('comes back as it was from another file', () => {
    const value = entriesOf(text).x
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('no entry')
    const after = edited('', [set('x', value, Object.keys(value))])
    expect(entriesOf(after).x).toEqual(value)
    expect(after).toContain('whole = 10.0\n')
    expect(after).toContain('many = 123456789012345678901234567890\n')
  })

  it('cannot be forged by a name', () => {
    expect(refusalOf('[mcp_servers.x]\na = { "\\u0000toml" = "1\\n[evil]" }\n').reason).toMatch(/NUL/)
    const edit = documentOf('').edit([set('x', { command: { '\0toml': '1\n[evil]' } })], { bom: 'keep' })
    expect(edit).toMatchObject({ ok: false, refusal: { code: 'unwritable' } })
  })
})

describe('an entry that TOML cannot hold', () => {
  it.each([
    ['null in a list', { args: ['a', null] }, /null/],
    ['half of a surrogate pair', { command: 'a\ud800' }, /surrogate/],
  ])('is refused without a place: %s', (_, value, says) => {
    const document = documentOf('[tui]\n')
    const refusal = document.obstacle(set('x', value))
    expect(refusal?.reason).toMatch(says)
    expect(refusal?.line).toBeUndefined()
    expect(document.edit([set('x', value)], { bom: 'keep' }).ok).toBe(false)
    expect(document.obstacle(set('x', { command: 'a' }))).toBeNull()
  })

  it('leaves members out that are null', () =>
    expect(edited('', [set('x', { command: 'a', env: null })])).toBe('[mcp_servers.x]\ncommand = "a"\n'))
})

describe('a TOML file that is refused', () => {
  it('shows the place, and no key', () => {
    const refusal = refusalOf('[mcp_servers.x.env]\nAPI_KEY = "hunter2" "\n')
    expect(refusal).toMatchObject({ code: 'syntax', line: 2 })
    expect(JSON.stringify(refusal)).not.toContain('hunter2')
  })

  it.each([
    'PASSWORD = hunter2',
    "my-token = 'hunter2",
    'env = { A = "x", "API KEY" = "hunter2" ] }',
    'url = "https://a/b?api_key=hunter2',
    'auth . "x" = """hunter2 " \u0001',
  ])('hides what looks like a key: %j', (line) => expect(JSON.stringify(refusalOf(`[a]\n${line}\n`))).not.toContain('hunter2'))

  it('nests too deep', () => {
    expect(refusalOf(`a = ${'['.repeat(5000)}${']'.repeat(5000)}\n`).reason).toMatch(/nested/)
    expect(refusalOf(`[mcp_servers.x${'.a'.repeat(5000)}]\n`).reason).toMatch(/nested deeper/)
  })

  it('is not one for what is deep elsewhere', () => {
    const text = `[x${'.a'.repeat(20_000)}]\nb = 1\n`
    expect(edited(text, [set('new', { command: 'a' })])).toBe(`${text}\n[mcp_servers.new]\ncommand = "a"\n`)
  })
})
