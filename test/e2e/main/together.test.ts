import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, utimesSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { bundle } from '../../support/bundle.ts'
import { nodePath } from '../../support/machine.ts'
import { codeFile, expectTidy, home, oldFile } from './place.ts'

const rounds = Number(process.env.MCP_TWIN_TEST_ROUNDS ?? 20)

describe('two of our own commands at once', () => {
  it(`keep both changes, ${rounds} times`, async () => {
    const place = home()
    place.write(codeFile, '{"theirs": [1.0], "mcpServers": {}}')
    place.manifest({})
    for (let round = 0; round < rounds; round++) {
      const names = [`a${round}`, `b${round}`]
      const ended = await Promise.all(names.map((name) => place.run(['add', name, '--command', '/opt/thing'])))
      for (const { code, output } of ended) expect({ code, output }).toMatchObject({ code: 0 })
    }
    const expected = Array.from({ length: rounds }, (_, round) => [`a${round}`, `b${round}`]).flat()
    for (const file of [codeFile, oldFile]) expect(Object.keys(place.servers(file)).sort()).toEqual(expected.sort())
    expect(place.read(codeFile)).toContain('"theirs": [1.0]')
    expect(Object.keys((place.readJson('.mcp-twin/mcp-twin.json') as { servers: object }).servers).sort()).toEqual(expected)
    expect((await place.run(['sync', '--check'])).code).toBe(0)
    expectTidy(place.home)
  })

  it('are told who is at work when one holds on for too long', async () => {
    const place = home()
    place.manifest({ a: { command: 'x' } })
    const program = await bundle(fileURLToPath(new URL('keeper.ts', import.meta.url)), `${place.root}/keeper.mjs`)
    const child = spawn(nodePath, [program, place.path('.mcp-twin')], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      await new Promise((resolve, reject) => {
        child.stdout.once('data', resolve)
        child.once('exit', () => reject(new Error('the keeper ended')))
      })
      const { code, output } = await place.run(['sync'], { timeoutMs: 60_000 })
      expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining(String(child.pid)) })
      expect(place.has(codeFile)).toBe(false)
    } finally {
      child.kill('SIGKILL')
    }
    expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true })
    expectTidy(place.home)
  })
})

/** A program that puts a new file in the place of the old one, again and again, and counts up in it. */
const writer = `
const { readFileSync, writeFileSync, renameSync, statSync } = require('node:fs')
const [file, ms] = process.argv.slice(1)
let count = 0
setInterval(() => {
  const config = JSON.parse(readFileSync(file, 'utf8'))
  config.count = ++count
  config['k' + count] = count
  writeFileSync(file + '.theirs', JSON.stringify(config))
  renameSync(file + '.theirs', file)
}, Number(ms))
process.on('SIGTERM', () => { process.stdout.write(String(count), () => process.exit(0)) })
console.log('ready')
`

describe('another program that writes the same file all the time', () => {
  it('loses nothing of ours that was written, and nothing of its own', async () => {
    const place = home()
    place.write(codeFile, '{"count":0,"mcpServers":{}}')
    place.manifest({}, { clients: { 'claude-code-config': false } })
    const child = spawn(nodePath, ['-e', writer, place.path(codeFile), '7'], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (chunk) => {
      said += String(chunk)
    })
    while (!said.includes('ready')) await sleep(10)
    const done: string[] = []
    for (let round = 0; round < 12; round++) {
      const { code, output } = await place.run(['add', `s${round}`, '--command', '/opt/thing'])
      // It reads, thinks and renames without any lock, so one of its writes may fall between ours and our look at it:
      // then we say so and are asked again.
      expect([0, 3], output).toContain(code)
      if (code === 0) done.push(`s${round}`)
    }
    child.kill('SIGTERM')
    await new Promise((resolve) => child.once('exit', resolve))
    const config = place.readJson(codeFile) as Record<string, unknown> & { count: number }
    for (let each = 1; each <= config.count; each++) expect(config[`k${each}`]).toBe(each)
    expect(done.length).toBeGreaterThan(0)
    expect(await place.json(['sync', '--force'])).toMatchObject({ code: 0, inSync: true })
    expect(Object.keys(place.servers(codeFile)).sort()).toEqual(Array.from({ length: 12 }, (_, at) => `s${at}`).sort())
    expectTidy(place.home)
  })
})

describe("Claude Code's own lock", () => {
  const lock = (place: ReturnType<typeof home>) => `${place.path(codeFile)}.lock`
  const ready = () => {
    const place = home()
    place.write(codeFile, '{"theirs":1}')
    place.manifest({ a: { command: 'x' } })
    return place
  }

  it('is waited for while another process holds it', async () => {
    const place = ready()
    mkdirSync(lock(place))
    const running = place.run(['sync'])
    await sleep(1500)
    expect(place.read(codeFile)).toBe('{"theirs":1}')
    writeFileSync(`${place.path(codeFile)}.new`, '{"theirs":2}')
    renameSync(`${place.path(codeFile)}.new`, place.path(codeFile))
    rmdirSync(lock(place))
    expect((await running).code).toBe(0)
    expect(place.readJson(codeFile)).toEqual({ theirs: 2, mcpServers: { a: { command: 'x' } } })
    expectTidy(place.home)
  })

  it('is taken over when its holder has gone, and not left behind', async () => {
    const place = ready()
    mkdirSync(lock(place))
    const long = new Date(Date.now() - 3_600_000)
    utimesSync(lock(place), long, long)
    expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true })
    expect(existsSync(lock(place))).toBe(false)
    expectTidy(place.home)
  })

  it('is refused when it is kept alive for too long, and the other file is written', async () => {
    const place = ready()
    mkdirSync(lock(place))
    const alive = setInterval(() => utimesSync(lock(place), new Date(), new Date()), 1000)
    try {
      const document = await place.json(['sync'])
      expect(document.code).toBe(3)
      expect(document.steps.find((step) => step.client === 'claude-code')).toMatchObject({
        outcome: 'refused',
        reason: expect.stringContaining('Claude Code is writing'),
      })
      expect(place.servers(oldFile)).toEqual({ a: { command: 'x' } })
      expect(place.read(codeFile)).toBe('{"theirs":1}')
    } finally {
      clearInterval(alive)
    }
    rmdirSync(lock(place))
    expect(readdirSync(place.home).filter((name) => name.includes('lock'))).toEqual([])
  })
})
