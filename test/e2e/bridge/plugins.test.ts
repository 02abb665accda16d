import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cli, cliPath } from '../../support/cli.ts'
import { lacksLinux, nodePath } from '../../support/machine.ts'
import { bridgeOf, namesOf, pluginText, putPlugin } from '../../support/plugins.ts'
import { leftovers, processesWith } from '../../support/processes.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'
import { itUnless } from '../../support/left-out.ts'

const allow = async (place: Scratch, file: string) => {
  const answer = await cli(place, ['plugin', 'allow', file, '--json'])
  expect(answer).toMatchObject({ code: 0, stderr: '' })
  return answer.json
}
const listed = async (place: Scratch): Promise<Record<string, unknown>[]> => (await cli(place, ['plugin', 'list', '--json'])).json.plugins

/** The example of the document, as it is printed there. */
const documented = `export default {
name: 'plugin-name',
version: '1.0.0',
description: 'Plugin description',
tools: [
{
name: "tool_name",
description: "Tool description",
parameters: {
// JSON Schema for parameters
},
handler: async (params) => {
// Tool implementation
}
}
]
};
`

describe('plugin', () => {
  it.each([[], ['--sample', 'file-operations']])('new writes one that works with its test %s', async (...flags) => {
    const place = scratch()
    const made = (await cli(place, ['plugin', 'new', 'my-files', ...flags, '--json'])).json
    expect(made).toMatchObject({ action: 'new', file: 'my-files.js' })
    const tested = execFileSync(nodePath, ['--test', made.test], { env: { ...place.env }, encoding: 'utf8' })
    expect(tested).toMatch(/fail 0/)
    expect(await listed(place)).toMatchObject([{ file: 'my-files.js', state: 'new', tools: [] }])
    const { tools } = await allow(place, 'my-files.js')
    expect(await listed(place)).toMatchObject([
      { file: 'my-files.js', state: 'allowed', tools: tools.map(({ name }: { name: string }) => name) },
    ])
    const again = await cli(place, ['plugin', 'new', 'my-files'])
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('exists already') })
  })

  it("the document's example works unchanged", async () => {
    const place = scratch()
    putPlugin(place, 'example.js', documented, 0o644)
    await allow(place, 'example.js')
    const bridge = await bridgeOf(place)
    expect(await namesOf(bridge)).toContain('tool_name')
    expect(await bridge.call('tool_name', { any: 1 })).toMatchObject({ text: 'Done.', refused: false })
    await bridge.end()
  })

  it('the sample works in the workspace, and only there', async () => {
    const place = scratch()
    await cli(place, ['plugin', 'new', 'files', '--sample', 'file-operations'])
    await allow(place, 'files.js')
    const bridge = await bridgeOf(place)
    for (const name of ['a.txt', 'b.txt']) await bridge.call('write_file', { path: name, content: 'one\n\ntwo\n' })
    expect(await bridge.call('count_lines', { path: 'a.txt' })).toMatchObject({ data: { lines: 3, filled: 2 } })
    expect(await bridge.call('find_duplicates')).toMatchObject({ data: { groups: [['a.txt', 'b.txt']] } })
    expect((await bridge.call('count_lines', { path: '../audit.jsonl' })).text).toMatch(/^count_lines failed: .*outside/)
    expect((await bridge.call('count_lines', { path: 7 })).text).toMatch(
      /^count_lines: the arguments do not fit: #\/path: Instance type "number" is invalid\. Expected "string"\.$/,
    )
    await bridge.end()
    expect(readFileSync(join(place.home, '.mcp-twin/bridge/audit.jsonl'), 'utf8')).toContain(
      '"tool":"count_lines","subject":"plugin files.js"',
    )
  })

  it.each(['js', 'mjs', 'cjs'])('allow takes a .%s file with modules of node', async (ending) => {
    const place = scratch()
    const handler = "({ a }) => ({ joined: join('x', a), modules: typeof join })"
    const text =
      ending === 'cjs'
        ? `const { join } = require('node:path')\n${pluginText('joins', handler).replace('export default', 'module.exports =')}`
        : pluginText('joins', handler, { before: "import { join } from 'node:path'" })
    putPlugin(place, `p.${ending}`, text)
    await allow(place, `p.${ending}`)
    const bridge = await bridgeOf(place)
    expect((await bridge.call('joins', { a: 'y' })).data).toEqual({ joined: join('x', 'y'), modules: 'function' })
    await bridge.end()
  })

  it('bridges follow what is allowed, changed and revoked at once; listing starts nothing', async () => {
    const place = scratch()
    const bridges = await Promise.all([bridgeOf(place), bridgeOf(place), bridgeOf(place, '--read-only')])
    const names = () => Promise.all(bridges.map(async (bridge) => (await namesOf(bridge)).filter((name) => name.startsWith('own_'))))
    expect(await names()).toEqual([[], [], []])
    putPlugin(place, 'own.js', pluginText('own_one'))
    await allow(place, 'own.js')
    expect(await names()).toEqual([['own_one'], ['own_one'], []])
    expect(processesWith(place.root).filter(({ command }) => command.includes('plugin-child'))).toEqual([])
    expect((await bridges[0].call('own_one')).text).toBe('fine')
    putPlugin(place, 'own.js', pluginText('own_two', '() => "two"'))
    expect((await bridges[0].call('own_one')).text).toMatch(/switched off: its file changed since it was allowed/)
    expect(await names()).toEqual([[], [], []])
    expect(await listed(place)).toMatchObject([{ file: 'own.js', state: 'changed' }])
    await allow(place, 'own.js')
    expect(await names()).toEqual([['own_two'], ['own_two'], []])
    expect((await bridges[1].call('own_two')).text).toBe('two')
    expect((await cli(place, ['plugin', 'revoke', 'own.js'])).code).toBe(0)
    expect(await names()).toEqual([[], [], []])
    expect((await cli(place, ['plugin', 'revoke', 'own.js'])).stderr).toMatch(/is not allowed/)
    for (const bridge of bridges) await bridge.end()
    expect(await leftovers(place.root)).toEqual([])
  })

  it('a plugin whose file changed is not run, and doctor says so', async () => {
    const place = scratch()
    await cli(place, ['init', '--yes', '--offline'])
    putPlugin(place, 'one.js', pluginText('own_tool'))
    await allow(place, 'one.js')
    putPlugin(place, 'two.js', pluginText('own_tool'))
    const second = await cli(place, ['plugin', 'allow', 'two.js', '--json'])
    expect(second.json.error.message).toMatch(
      /two\.js was not allowed: its tool own_tool has the name of a tool of the plugin one\.js; rename it/,
    )
    const marker = join(place.root, 'ran')
    const path = putPlugin(
      place,
      'one.js',
      pluginText('own_tool', `() => fs.writeFileSync(${JSON.stringify(marker)}, '')`, { before: "import fs from 'node:fs'" }),
    )
    const bridge = await bridgeOf(place)
    const status = async () =>
      ((await bridge.call('bridge_status')).data?.problems as string[] | undefined)?.filter((each) => each.includes('plugin'))
    expect(await status()).toEqual([expect.stringMatching(/^The plugin one\.js is off: its file changed/)])
    expect((await bridge.call('own_tool')).text).toMatch(/switched off: its file changed/)
    expect(place.has('ran')).toBe(false)
    const doctor = (await cli(place, ['doctor', '--check', 'bridge-plugins', '--json'])).json
    expect(doctor.findings).toMatchObject([{ level: 'warning', subject: 'one.js', message: expect.stringContaining('changed since') }])
    // The old bytes again: what was switched off stays off until a person allows it.
    writeFileSync(path, pluginText('own_tool'))
    expect(await namesOf(bridge)).not.toContain('own_tool')
    await allow(place, 'one.js')
    expect((await bridge.call('own_tool')).text).toBe('fine')
    expect(await status()).toEqual([])
    await bridge.end()
  })

  it('a plugin gets neither keys nor tokens nor our own variables', async () => {
    const place = scratch()
    putPlugin(place, 'env.js', pluginText('own_env', '() => process.env'))
    await allow(place, 'env.js')
    const env = {
      ...place.env,
      TAVILY_API_KEY: 'tvly-dev-4f9Qz8LmT2sWk7Rb1XcV',
      MCP_TWIN_TOKEN: 'mtw_x',
      NODE_OPTIONS: '--no-warnings',
      GITHUB_TOKEN: 'x',
    }
    const bridge = await bridgeOf({ ...place, env })
    const seen = Object.keys((await bridge.call('own_env')).data ?? {})
    expect(seen).toEqual(expect.arrayContaining(['PATH', 'HOME']))
    expect(seen.filter((name) => /KEY|TOKEN|MCP_TWIN|NODE_OPTIONS/.test(name))).toEqual([])
    await bridge.end()
  })

  it('a plugin in a home that others may write is not offered', async () => {
    const place = scratch()
    putPlugin(place, 'own.js', pluginText('own_tool'))
    await allow(place, 'own.js')
    chmodSync(join(place.home, '.mcp-twin'), 0o777)
    const bridge = await bridgeOf(place)
    const names = await namesOf(bridge)
    expect(names).toContain('read_file')
    expect(names).not.toContain('own_tool')
    await expect(bridge.call('own_tool')).rejects.toThrow('Unknown tool')
    await bridge.end()
    expect((await cli(place, ['plugin', 'allow', 'own.js'])).code).not.toBe(0)
  })

  itUnless(lacksLinux, 'a plugin ends with a bridge that is killed, even in an endless loop', async () => {
    const place = scratch()
    putPlugin(place, 'loop.js', pluginText('own_loop', '() => { for (;;); }'))
    await allow(place, 'loop.js')
    const child = spawn(nodePath, [cliPath, 'serve', '--client', 'tester'], { env: place.env, stdio: ['pipe', 'pipe', 'ignore'] })
    const say = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
    say({
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } },
    })
    say({ method: 'notifications/initialized' })
    say({ id: 2, method: 'tools/call', params: { name: 'own_loop', arguments: {} } })
    const looping = () => processesWith(place.root).filter(({ command }) => command.includes('plugin-child'))
    for (let tries = 0; tries < 2400 && looping().length < 2; tries++) await new Promise((resolve) => setTimeout(resolve, 25))
    expect(looping().length).toBeGreaterThanOrEqual(2)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await leftovers(place.root)).toEqual([])
  })

  it.each([
    [[], /plugin needs one of new, list, allow, revoke/],
    [['start'], /plugin takes new, list, allow or revoke, not "start"/],
    [['allow'], /plugin allow needs a file.*\n.*plugin list/],
    [['new', 'Bad Name'], /"Bad Name" is no name for a plugin/],
    [['list', 'x'], /too many arguments for 'plugin list'/],
    [['allow', 'a.js', '--sample', 'file-operations'], /--sample, which belongs to plugin new/],
  ])('new refuses %j, and says which names it takes', async (words, message) => {
    const { code, stderr } = await cli(scratch(), ['plugin', ...words])
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })
})
