import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { world } from '../../support/world.ts'

const key = `tvly-dev-${'Zq81'.repeat(6)}`
const odd = 'correct horse battery'
const manifest = JSON.stringify({
  version: 1,
  servers: { tavily: { command: 'node', args: ['x.js'], env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' } } },
})
const windowsLogs = [
  'AppData\\Roaming\\Claude\\logs\\mcp-server-tavily.log',
  'AppData\\Local\\Packages\\Claude_pzs8sxrjxfjjc\\LocalCache\\Roaming\\Claude\\logs\\mcp-server-tavily.log',
  'AppData\\Local\\Claude-Data\\claude_x\\logs\\mcp-server-tavily.log',
  'AppData\\Local\\Packages\\AnthropicPBC.Claude_fnn82j28hfe8t\\LocalCache\\Roaming\\Claude\\logs\\mcp-server-tavily.log',
  'C:\\claude\\logs\\mcp-server-tavily.log',
]
const codeLog = '.cache/claude-cli-nodejs/-home-ana-project/mcp-logs-tavily/2026-11-21T09-00-00-000Z.jsonl'
const build = () => {
  let made = world().wsl('Ubuntu').file('.mcp-twin/mcp-twin.json', manifest)
  made = made.file('.mcp-twin/bridge/logs/bridge.log', '2026-11-21T09:00:00.000Z bridge started\n')
  made = made.file(codeLog.replace('09-00', '08-00'), '{"debug":"an older session","timestamp":"2026-11-21T08:00:00.000Z"}\n')
  made = made.file(codeLog, `{"error":"key ${odd} refused","timestamp":"2026-11-21T09:00:00.000Z"}\n`)
  made = made.windows({ variables: { CLAUDE_USER_DATA_DIR: 'C:\\claude' } })
  for (const [at, file] of windowsLogs.entries())
    made = made.file(file, `2026-11-21T09:00:0${at}.000Z [tavily] [info] place ${at} key ${key}\n`)
  return made.file('AppData\\Roaming\\Claude\\logs\\mcp-server-other.log', 'another server\n').build()
}
const planted = build()
const secrets = { version: 1, secrets: { TAVILY_API_KEY: odd } }
afterAll(() => planted.scratch.remove())

/** Stores the key as a person does. */
const store = () => planted.cli(['secret', 'set', 'TAVILY_API_KEY'], { input: odd })

describe('logs of a server', () => {
  it('come from all places of both sides, the newest session only, keys as dots', async () => {
    expect((await store()).code, JSON.stringify(secrets)).toBe(0)
    const { code, stdout } = await planted.cli(['logs', 'tavily'])
    expect(code).toBe(0)
    for (const text of [
      'place 0',
      'place 1',
      'place 2',
      'place 3',
      'place 4',
      'refused',
      'Claude Desktop (Windows), tavily',
      'Claude Code (Ubuntu), tavily',
    ])
      expect(stdout).toContain(text)
    for (const text of [key, odd, 'older session', 'another server', 'bridge started']) expect(stdout).not.toContain(text)
  })

  it('show no part of a key where a long line is cut, nor in any other spelling', async () => {
    const windows = planted.side('windows')
    const file = windows.here(windowsLogs[0] ?? '')
    const spelled = [odd, Buffer.from(`ana:${odd}`).toString('base64'), Buffer.from(odd).toString('hex')]
    const lines = [1980, 1990, 1999].flatMap((length) => spelled.map((each) => `${'x'.repeat(length)}${each}${'y'.repeat(100)}\n`))
    appendFileSync(file, lines.join(''))
    for (const args of [
      ['logs', 'tavily'],
      ['logs', 'tavily', '--json'],
    ]) {
      const { output } = await planted.cli([...args, '--lines', '9'])
      expect(output).toMatch(/x{1980}/)
      for (const each of spelled) for (let at = 0; at + 6 <= each.length; at++) expect(output).not.toContain(`x${each.slice(0, at + 6)}`)
    }
  })

  it('without a name are all, our own among them', async () => {
    const { json } = await planted.cli(['logs', '--json'])
    expect(json.command).toBe('logs')
    expect(new Set(json.logs.map((log: { program: string }) => log.program))).toEqual(
      new Set(['claude-desktop', 'claude-code', 'mcp-twin']),
    )
    expect(JSON.stringify(json)).not.toContain(odd)
    expect(json.logs.find((log: { program: string }) => log.program === 'mcp-twin').lines).toEqual([
      { at: '2026-11-21T09:00:00.000Z', text: 'bridge started' },
    ])
  })

  it('of a name that nobody knows are an error with the nearest one', async () => {
    const { code, stderr } = await planted.cli(['logs', 'tavly'])
    expect(code).toBe(2)
    expect(stderr).toContain('did you mean "tavily"')
  })

  it('are shown where the manifest is broken', async () => {
    const broken = build()
    broken.self.write('.mcp-twin/mcp-twin.json', '{ not json')
    const { code, stdout } = await broken.cli(['logs', 'tavily'])
    expect(code).toBe(0)
    expect(stdout).toContain('place 2')
    broken.scratch.remove()
  })
})

describe('logs --follow', () => {
  it('tells what comes, a document a line, also of a new session and a cut file, and ends on Ctrl-C', async () => {
    const child = spawn(nodePath, [cliPath, 'logs', 'tavily', '--follow', '--json', '--lines', '1'], {
      cwd: planted.scratch.home,
      env: planted.env(),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'exit')
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    const until = async (what: string) => {
      for (let waited = 0; !text.includes(what); waited += 50) {
        if (waited > 60_000) throw new Error(`${what} did not come:\n${text}`)
        await sleep(50)
      }
    }
    try {
      await until('place 2')
      const windows = planted.side('windows')
      const file = windows.here(windowsLogs[0] ?? '')
      appendFileSync(file, `2026-11-21T09:10:00.000Z with ${odd} in it\nhalf a `)
      await until('with ••••')
      appendFileSync(file, 'line\n')
      await until('half a line')
      planted.self.write(codeLog.replace('09-00', '10-00'), '{"debug":"a new session","timestamp":"2026-11-21T10:00:00.000Z"}\n')
      await until('a new session')
      writeFileSync(file, 'begun anew\n')
      await until('begun anew')
      writeFileSync(`${file}.next`, 'replaced as a whole, and longer than before\n')
      renameSync(`${file}.next`, file)
      await until('replaced as a whole')
    } finally {
      child.kill('SIGINT')
    }
    expect((await ended)[0]).toBe(130)
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.every((line) => line.command === 'logs' && typeof line.text === 'string')).toBe(true)
    expect(lines.filter((line) => line.text === 'half a line')).toHaveLength(1)
    expect(text).not.toContain(odd)
  })
})
