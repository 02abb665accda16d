import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { leftovers } from '../../support/processes.ts'
import { type Planted, world } from '../../support/world.ts'
import { until, type Watching, watching } from '../../support/watching.ts'

const manifest = (servers: object) => `${JSON.stringify({ version: 1, servers, bridge: { enabled: false } }, null, 2)}\n`
const one = { command: 'node', args: ['one.js'] }
const two = { command: 'node', args: ['two.js'] }
const preferences = { preferences: { menuBarEnabled: true } }

let planted: Planted
let watcher: Watching | null = null
const desktop = () => planted.side('windows').here(planted.side('windows').clientFile('claude-desktop'))
const code = () => planted.self.here('.claude.json')
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'))
const names = (file: string) => Object.keys(existsSync(file) ? (read(file).mcpServers ?? {}) : {}).sort()
/** As Claude Desktop writes its file: whole, from memory. */
const drop = (file: string, content: object = preferences) => writeFileSync(file, JSON.stringify(content, null, 2))
const record = () => JSON.parse(planted.self.read('.mcp-twin/locks/watch.json'))

const plant = (running: readonly string[] = [], servers: object = { one, two }) => {
  let made = world()
    .wsl('Ubuntu')
    .file('.mcp-twin/mcp-twin.json', manifest(servers))
    .windows()
    .client('claude-desktop', JSON.stringify(preferences))
  for (const name of running) made = made.running(name)
  planted = made.build()
}
const start = async (...args: string[]) => {
  watcher = watching(planted, args)
  await watcher.next('the first sync', (each) => each.command === 'sync')
  return watcher
}
afterEach(async () => {
  if (watcher !== null && watcher.child.exitCode === null) await watcher.end('SIGKILL')
  watcher = null
  expect(await leftovers(planted.scratch.root)).toEqual([])
  planted.scratch.remove()
})

describe('a home that is watched', () => {
  it('is synced at the start, and again when the manifest or a config changes', async () => {
    plant()
    const { next, documents, end, child } = await start()
    expect(documents[0]).toMatchObject({ command: 'sync', changed: true, inSync: true })
    expect(names(desktop())).toEqual(['one', 'two'])
    planted.self.write('.mcp-twin/mcp-twin.json', manifest({ one, two, three: { command: 'node', args: ['three.js'] } }))
    await next('the new server', ({ changed }) => changed)
    expect(names(desktop())).toEqual(['one', 'three', 'two'])
    expect(names(code())).toEqual(['one', 'three', 'two'])
    // A change of the file that is none of ours is nobody's business.
    const before = documents.length
    drop(desktop(), { ...read(desktop()), preferences: { menuBarEnabled: false } })
    // A look takes in all files: whoever has seen the later change of another one has seen this one too.
    drop(code(), {})
    const { steps } = await next('the later change', ({ changed }) => changed)
    expect(new Set(steps.map(({ client }: { client: string }) => client))).toEqual(new Set(['claude-code']))
    expect(documents.length).toBe(before + 1)
    expect(existsSync(planted.self.here('.mcp-twin/locks/run'))).toBe(false)
    expect(record()).toMatchObject({ version: 1, pid: child.pid })
    expect(await end('SIGINT')).toBe(130)
    expect(record().pid).toBe(null)
    expect(readdirSync(planted.self.here('.mcp-twin/locks'))).toEqual(['watch.json'])
  })

  it('says what is wrong with a manifest, and continues when that is fixed', async () => {
    plant()
    const { next, end, said } = await start()
    planted.self.write('.mcp-twin/mcp-twin.json', '{ "version": 1, "servers": { "one": }')
    const { error } = await next('the error', (each) => each.error !== undefined)
    expect(error).toMatchObject({ code: 'bad-manifest', line: 1 })
    planted.self.write('.mcp-twin/mcp-twin.json', manifest({ one }))
    await next('the correct one', ({ changed }) => changed)
    expect(names(code())).toEqual(['one'])
    expect(await end('SIGTERM')).toBe(0)
    expect(said()).not.toContain('Error')
  })

  it('refuses a second watcher', async () => {
    plant()
    const { child } = await start()
    const second = await planted.cli(['sync', '--watch'])
    expect(second.code).toBe(1)
    expect(second.stderr).toContain(`process ${child.pid}`)
  })

  it('is watched anew after its watcher was killed', async () => {
    plant()
    const first = await start()
    await first.end('SIGKILL')
    const { documents } = await start()
    expect(documents[0].inSync).toBe(true)
  })

  it('lets other commands work meanwhile', async () => {
    plant()
    await start()
    const { code, json } = await planted.cli(['add', 'four', '--json', '--command', 'node', '--', 'four.js'])
    expect(code).toBe(0)
    expect(json.changed).toBe(true)
    expect(names(desktop())).toEqual(['four', 'one', 'two'])
  })
})

describe('entries that a program dropped', () => {
  it('are back at once, three times an hour a file, and then no more', async () => {
    plant()
    const { next } = await start()
    for (const time of [1, 2, 3]) {
      drop(desktop())
      await until(`restore ${time}`, () => names(desktop()).length === 2)
      const document = await next('the news', ({ changed }) => changed)
      expect(document.notices.join()).toContain(`${time} of 3`)
    }
    expect(read(desktop()).preferences).toEqual(preferences.preferences)
    drop(desktop())
    const last = await next('the refusal', ({ steps }) => steps.some((step: { outcome: string }) => step.outcome === 'refused'))
    expect(last.inSync).toBe(false)
    expect(last.steps.find((step: { outcome: string }) => step.outcome === 'refused')).toMatchObject({
      client: 'claude-desktop',
      environment: 'windows',
      reason: expect.stringContaining('3 times within an hour'),
      hint: expect.stringContaining('mcp-twin sync'),
    })
    expect(names(desktop())).toEqual([])
    expect(record().files).toEqual([
      expect.objectContaining({ client: 'claude-desktop', environment: 'windows', stopped: expect.any(String), entries: ['one', 'two'] }),
    ])
    expect(record().files[0].restored).toHaveLength(3)
    const { findings } = (await planted.cli(['doctor', '--json'])).json
    expect(
      findings.find((each: { check: string; level: string }) => each.check === 'entries-kept' && each.level === 'error').message,
    ).toContain('disappeared')
    expect((await planted.cli(['doctor'])).stdout).toContain('3 times within an hour')
    // The other files are looked after as before, and their entries are counted on their own.
    drop(code(), {})
    await next('the other file', ({ changed }) => changed)
    expect([names(code()), names(desktop())]).toEqual([['one', 'two'], []])
    // A person can have them back at once.
    expect((await planted.cli(['sync'])).code).toBe(0)
    expect(names(desktop())).toEqual(['one', 'two'])
    await until('the record is clear', () => record().files.every((file: { stopped: string | null }) => file.stopped === null))
  })

  it('count also for the next watcher', async () => {
    plant()
    const first = await start()
    for (let time = 0; time < 3; time++) {
      drop(desktop())
      await first.next('the news', ({ changed }) => changed)
    }
    await first.end()
    const { next } = await start()
    drop(desktop())
    await next('the refusal', ({ steps }) => steps.some((step: { outcome: string }) => step.outcome === 'refused'))
  })

  it('are back when a running program writes its earlier copy back, which lacks only the newest', async () => {
    plant(['claude.exe'], { one })
    const { next } = await start()
    const memory = read(desktop())
    planted.self.write('.mcp-twin/mcp-twin.json', manifest({ one, two }))
    await next('the second server', ({ changed }) => changed)
    drop(desktop(), memory)
    await until('it is back', () => names(desktop()).length === 2)
    expect((await next('the news', ({ changed }) => changed)).notices.join()).toContain('had dropped two')
  })

  it('count as removed by a person one at a time, with no program running', async () => {
    plant([], { one, two })
    const { next } = await start()
    drop(desktop(), { ...preferences, mcpServers: { one: read(desktop()).mcpServers.one } })
    const { steps } = await next('the refusal', (each) => each.steps.some((step: { outcome: string }) => step.outcome === 'refused'))
    expect(steps.find((step: { outcome: string }) => step.outcome === 'refused').reason).toContain('removed by hand')
    drop(code(), {})
    await next('a later round', ({ changed }) => changed)
    expect([names(code()), names(desktop())]).toEqual([['one', 'two'], ['one']])
  })
})

describe('sync --wait-for-exit', () => {
  const worldFile = () => planted.env().MCP_TWIN_WORLD ?? ''
  const quit = () => {
    const text = readFileSync(worldFile(), 'utf8').replaceAll('"claude.exe"', '')
    writeFileSync(`${worldFile()}.next`, text)
    renameSync(`${worldFile()}.next`, worldFile())
  }

  it('writes when Claude Desktop has quit, and nothing before', async () => {
    plant(['claude.exe'])
    let said = ''
    const waiting = planted.cli(['sync', '--wait-for-exit'], {
      started: (child) =>
        void child.stderr?.on('data', (text: Buffer) => {
          said += text
        }),
    })
    await until('it waits', () => said.includes('Ctrl-C'))
    expect(names(desktop())).toEqual([])
    expect(names(code())).toEqual([])
    quit()
    expect((await waiting).code).toBe(0)
    expect(names(desktop())).toEqual(['one', 'two'])
  })

  it('that is interrupted has changed nothing', async () => {
    plant(['claude.exe'])
    const { code: exit } = await planted.cli(['sync', '--wait-for-exit'], {
      started: (child) =>
        void child.stderr?.on('data', (text: Buffer) => {
          if (text.includes('Ctrl-C')) child.kill('SIGINT')
        }),
    })
    expect(exit).toBe(130)
    expect(names(code())).toEqual([])
  })

  it('does not wait where nothing is running, or nothing is to be written', async () => {
    plant()
    expect((await planted.cli(['sync', '--wait-for-exit'])).code).toBe(0)
    planted.scratch.remove()
    plant(['claude.exe'])
    expect((await planted.cli(['sync'])).code).toBe(0)
    expect((await planted.cli(['sync', '--wait-for-exit'])).stdout).toContain('in sync')
  })

  it('leaves only that file alone until then together with --watch', async () => {
    plant(['claude.exe'])
    const { documents } = await start('--wait-for-exit')
    expect(documents[0].steps.some((step: { reason: string }) => step.reason?.includes('is running'))).toBe(true)
    expect([names(desktop()), names(code())]).toEqual([[], ['one', 'two']])
    quit()
    await until('it is written', () => names(desktop()).length === 2)
  })
})
