import { describe, expect, it } from 'vitest'
import { codeFile, type Home, home, oldFile, treeOf } from '../support/place.ts'

const key = 'tvly-0123456789abcdefABCDEF'
const server = (word: string, level = 'info') => ({
  command: '/opt/thing',
  args: [word],
  env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}', LEVEL: level },
})
const store = (place: Home, value = key) => place.write('.mcp-twin/secrets.json', JSON.stringify({ TAVILY_API_KEY: value }), 0o600)

/** A home in which `tavily` and `other` are synced, and then changed in the manifest; the key too. */
async function changed(): Promise<Home> {
  const place = home()
  place.manifest({ tavily: server('old'), other: { command: '/opt/other' } })
  store(place)
  expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true })
  place.manifest({ tavily: server('new', 'debug'), other: { command: '/opt/moved' } })
  store(place, `${key}99`)
  return place
}

describe('diff', () => {
  it('shows each field of what sync would write, keys as dots, and writes nothing', async () => {
    const place = await changed()
    const before = treeOf(place.home)
    const { code, stdout, stderr, output } = await place.run(['diff'])
    expect(code, output).toBe(0)
    for (const line of ['- args: ["old"]', '+ args: ["new"]', '~ env.TAVILY_API_KEY: different value', '- command: "/opt/other"'])
      expect(stdout).toContain(line)
    expect(stdout).toMatch(/Claude Code .*\n.*tavily/)
    expect(stderr).toBe('')
    expect(output).not.toContain(key)
    expect([...treeOf(place.home)]).toEqual([...before])

    const { stdout: one } = await place.run(['diff', 'other'])
    expect(one).toContain('+ command: "/opt/moved"')
    expect(one).not.toContain('tavily')

    const document = await place.json(['diff', 'tavily'])
    expect(document).toMatchObject({ code: 0, command: 'diff', inSync: false, changed: false, run: null })
    expect(document.steps).toHaveLength(2)
    expect(document.steps[0]).toMatchObject({
      client: 'claude-code',
      server: 'tavily',
      change: 'update',
      outcome: 'planned',
      fields: [
        { field: 'args', before: '["old"]', after: '["new"]' },
        { field: 'env.LEVEL', before: 'info', after: 'debug' },
        { field: 'env.TAVILY_API_KEY', before: '••••••••', after: '••••••••' },
      ],
    })
    expect(JSON.stringify(document)).not.toContain(key)
  })

  it('ends with 3 where an entry was edited by hand, with 2 for a server that nobody knows, with 0 where all is in sync', async () => {
    const place = home()
    place.manifest({ tavily: { command: '/opt/thing', args: ['a'] } })
    await place.json(['sync'])
    expect(await place.run(['diff'])).toMatchObject({ code: 0, stdout: expect.stringContaining('in sync') })
    expect(await place.run(['diff', 'tavly'])).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean "tavily"?') })
    place.write(codeFile, place.read(codeFile).replace('"a"', '"mine"'))
    const { code, stdout } = await place.run(['diff', 'tavily'])
    expect(code).toBe(3)
    expect(stdout).toMatch(/edited by hand[\s\S]*- args: \["mine"\][\s\S]*\+ args: \["a"\][\s\S]*--adopt/)
    // A plain sync would leave it alone, so it is not offered.
    expect(stdout.split('\n').slice(-2)).toEqual(['- what the file holds, + what mcp-twin would write.', ''])
    place.manifest({ tavily: { command: '/opt/other', args: ['a'] } })
    place.write(codeFile, place.read(codeFile).replace('"mine"', '"a"'))
    expect((await place.run(['diff'])).stdout).toMatch(/would write\. To write it:\n +mcp-twin sync\n$/)
  })

  it('says that sync leaves an unmanaged entry alone', async () => {
    const place = home()
    place.manifest({})
    place.write(codeFile, JSON.stringify({ mcpServers: { theirs: { command: 'x' } } }))
    expect(await place.run(['diff', 'theirs'])).toMatchObject({ code: 0, stdout: expect.stringContaining('theirs is not managed') })
  })
})

describe('what a sync changes', () => {
  it('is named by server and field, before and afterwards', async () => {
    const place = await changed()
    const dry = await place.run(['sync', '--dry-run'])
    expect(dry.code).toBe(0)
    for (const line of ['- args: ["old"]', '+ args: ["new"]', '~ env.TAVILY_API_KEY: different value']) expect(dry.stdout).toContain(line)
    const { stdout } = await place.run(['sync'])
    expect(stdout).toMatch(/~ tavily +update: args, env\.LEVEL,\s+env\.TAVILY_API_KEY/)
    expect(stdout).toMatch(/~ other +update: command/)

    const list = await place.run(['undo', '--list'])
    expect(list.stdout).toMatch(/Claude Code \(.*\n +~ tavily: args, env\.LEVEL, env\.TAVILY_API_KEY\n +~ other: command\n/)
    expect(list.stdout).toMatch(/ \+ tavily, other\n/)
    const { json } = await place.run(['undo', '--list', '--json'])
    expect(json.runs[0].changes).toContainEqual({
      environment: expect.any(String),
      client: 'claude-code',
      file: place.path(codeFile),
      server: 'other',
      change: 'update',
      fields: ['command'],
    })
    expect(json.runs[1].changes).toContainEqual(expect.objectContaining({ file: place.path(oldFile), server: 'tavily', change: 'add' }))
    expect(dry.output + stdout + list.output).not.toContain(key)
    expect(await place.json(['undo'])).toMatchObject({ code: 0, changed: true })
  })
})
