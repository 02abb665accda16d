import { existsSync, mkdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { tinyServer } from '../support/place.ts'
import { trial } from '../trust/place.ts'

interface Finding {
  readonly check: string
  readonly level: string
  readonly subject: string
  readonly message: string
  readonly fix: string | null
}

/** A server that answers, and leaves a mark that it was started. */
const marking = (mark: string): string => `require('node:fs').writeFileSync(${JSON.stringify(mark)}, process.cwd())\n${tinyServer}`

const servers = {
  plain: { command: 'node', args: ['./plain.cjs'] },
  keyed: { command: 'node', args: ['./keyed.cjs'], env: { K: '${secret:MINE}' } },
  other: { command: 'node', args: ['${path:./other.cjs}', '${NOT_SET:-fallback}'], env: { WHO: '${env:USER_OF_TEST}' } },
}

/** A project with servers of every kind, synced for Claude Code and Cursor. */
async function project() {
  const place = trial()
  const mark = (name: string) => place.home.path(`started-${name}`)
  for (const name of ['plain', 'keyed', 'other', 'evil']) place.home.write(`work/site/${name}.cjs`, marking(mark(name)))
  mkdirSync(place.home.path('work/site/.cursor'))
  place.manifest(servers)
  const synced = await place.at(['sync', '--json'])
  expect(synced.code, synced.output).toBe(0)
  const env = { USER_OF_TEST: 'ana' }
  const deep = async (...words: string[]) => {
    const { json, code } = await place.at(['doctor', '--deep', '--json', ...words], { env })
    const findings: Finding[] = json.findings
    const starts = findings.filter(({ check }) => check === 'server-starts')
    return { code, ok: json.ok as boolean, findings, starts }
  }
  const words = () => place.at(['doctor', '--deep'], { env })
  return { place, mark, deep, words, started: () => ['plain', 'keyed', 'other', 'evil'].filter((name) => existsSync(mark(name))) }
}

describe('doctor --deep in a project', () => {
  it('starts no untrusted server, and reports each as skipped with the reason', async () => {
    const { place, deep, words, started } = await project()
    const { starts, findings } = await deep()
    expect(started()).toEqual([])
    expect(starts.map(({ level }) => level)).toEqual(starts.map(() => 'skipped'))
    expect(starts.map(({ subject }) => subject).sort()).toEqual(['keyed', 'keyed', 'other', 'other', 'plain', 'plain'])
    for (const each of starts)
      expect(each).toMatchObject({ message: expect.stringContaining('not trusted'), fix: `mcp-twin trust ${place.site}` })
    for (const check of ['stdout-clean', 'tools-listed', 'tool-count'])
      expect(findings.filter((each) => each.check === check)).toMatchObject([
        { level: 'skipped', message: expect.stringContaining('not trusted') },
      ])
    const { stdout } = await words()
    expect(stdout).toMatch(/keyed[\s\S]*not trusted[\s\S]*mcp-twin trust/)
    expect(stdout).not.toMatch(/every server starts|Everything is in order/)
    expect(stdout).toContain('not every server was started')
  })

  it('reports them also before any file of a program was written', async () => {
    const { place } = await project()
    place.home.write('work/site/.mcp.json', '{}')
    place.home.write('work/site/.cursor/mcp.json', '{}')
    const { json } = await place.at(['doctor', '--deep', '--json', '--check', 'server-starts'])
    expect(json.findings).toMatchObject([{ level: 'skipped', fix: `mcp-twin trust ${place.site}` }])
  })

  it('starts a healthy server in its folder, with references filled as the program does', async () => {
    const { place, deep, mark, words } = await project()
    expect((await place.at(['trust'])).code).toBe(0)
    const { ok, starts, code } = await deep()
    expect(starts.map(({ level, subject, message }) => [subject, level, message])).toEqual(
      starts.map(({ subject }) => [subject, 'ok', expect.any(String)]),
    )
    // What two programs start in the same way is started once.
    expect(starts.map(({ subject }) => subject)).toEqual(['keyed', 'keyed', 'other', 'other', 'plain'])
    expect([ok, code]).toEqual([true, 0])
    for (const name of ['plain', 'keyed', 'other']) expect(place.home.read(mark(name).slice(place.home.home.length + 1))).toBe(place.site)
    expect((await words()).stdout).toContain('Everything is in order.')
  })

  it('starts no entry that the manifest does not have, under any name', async () => {
    const { place, deep, started } = await project()
    await place.at(['trust'])
    const evil = { command: 'node', args: ['./evil.cjs'] }
    const mcp = place.home.readJson('work/site/.mcp.json') as { mcpServers: object }
    place.home.write('work/site/.mcp.json', JSON.stringify({ mcpServers: { ...mcp.mcpServers, foreign: evil, keyed: evil } }))
    place.home.write(
      'work/site/.cursor/mcp.json',
      JSON.stringify({ mcpServers: { foreign: { ...evil, env: { A: '${env:HOME}' } }, plain: evil } }),
    )
    const { starts } = await deep()
    expect(started()).toEqual(['plain', 'other'])
    const skipped = starts.filter(({ level }) => level === 'skipped')
    expect(skipped.map(({ subject, message }) => [subject, message]).sort()).toEqual([
      ['foreign', expect.stringMatching(/Claude Code.*not in the project.s manifest/)],
      ['foreign', expect.stringMatching(/Cursor.*not in the project.s manifest/)],
      ['keyed', expect.stringMatching(/Claude Code.*differs from the project.s manifest/)],
      ['plain', expect.stringMatching(/Cursor.*differs from the project.s manifest/)],
    ])
    place.lock({})
    expect((await deep()).starts.every(({ level }) => level === 'skipped')).toBe(true)
  })
})
