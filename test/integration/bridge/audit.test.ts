import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, rmdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RotatingFile } from '../../../src/bridge/records/rotating-file.ts'
import { type Desk, desk, textOf } from '../../support/desk.ts'

let place: Desk
let path: string
beforeEach(() => {
  place = desk({ terminal: 'on' })
  path = join(place.folder, 'audit.jsonl')
})
afterEach(() => place.close())

const lines = (file = path) => readFileSync(file, 'utf8').trim().split('\n')
const write = (name: string) => place.ok('write_file', { path: name, content: 'x' })

describe('a call of which a part is refused', () => {
  it('is recorded for the refused part, even if the rest succeeds', async () => {
    place.put('open', 'x')
    await place.ok('read_files', { paths: ['open', join(place.O, 's')] })
    await place.refused('read_files', { paths: [join(place.O, 's'), 'missing'] })
    expect(lines().map((line) => JSON.parse(line) as object)).toMatchObject(
      [0, 1].map(() => ({ event: 'denied', tool: 'read_files', outcome: expect.stringContaining('outside') })),
    )
  })
})

describe('the audit while the bridge runs', () => {
  it('is created again by the next line after it was removed', async () => {
    await write('a')
    rmSync(path)
    await write('b')
    expect(lines()).toHaveLength(1)
    expect(lines()[0]).toContain('rewrite b')
  })
  it('continues in a new file after somebody renamed it', async () => {
    await write('a')
    renameSync(path, `${path}.old`)
    await write('b')
    expect([lines(`${path}.old`).length, lines().length]).toEqual([1, 1])
  })
  it('continues in the file that replaced it', async () => {
    await write('a')
    writeFileSync(`${path}.new`, '{"at":"other"}\n')
    renameSync(`${path}.new`, path)
    await write('b')
    expect(lines()).toHaveLength(2)
    expect(lines()[1]).toContain('rewrite b')
  })
  it('is created again after its folder was removed', async () => {
    await write('a')
    rmSync(place.folder, { recursive: true })
    await write('b')
    expect(lines()).toHaveLength(1)
  })
  it('runs no command while a folder stands in its place, and says so in the status', async () => {
    await write('a')
    rmSync(path)
    mkdirSync(path)
    const marker = join(place.A, 'ran')
    expect(await place.refused('execute_command', { command: `touch ${marker}` })).toMatch(/^Nothing was run.*is a folder/)
    expect(existsSync(marker)).toBe(false)
    expect(textOf(await place.call('bridge_status'))).toMatch(/Problem: The audit cannot be written \(.*is a folder/)
    rmdirSync(path)
    await place.ok('execute_command', { command: `touch ${marker}` })
    expect(existsSync(marker)).toBe(true)
    expect(lines().map((line) => JSON.parse(line).outcome)).toEqual(['writable again', 'started'])
    expect(await place.ok('bridge_status')).not.toMatch(/audit/)
  })
  it('queues no action while it cannot be written, but still reads files and memory', async () => {
    place.put('f', 'content of f')
    await place.ok('memory_set', { key: 'k', value: 1 })
    rmSync(path)
    mkdirSync(path)
    const action = { type: 'execute_from_code', params: { prompt: 'p' } }
    expect(await place.refused('queue_action', action)).toMatch(/^Nothing was run, since it could not be recorded/)
    expect(await place.ok('read_file', { path: 'f' })).toContain('content of f')
    expect((await place.call('memory_get', { key: 'k' })).structuredContent).toMatchObject({ value: 1 })
    expect((await place.call('list_actions')).structuredContent).toMatchObject({ actions: [] })
    rmdirSync(path)
    await place.ok('queue_action', action)
    expect(lines().map((line) => JSON.parse(line).tool)).toContain('queue_action')
  })
  it('continues at the end of the file after somebody cut it', async () => {
    await write('a')
    writeFileSync(path, '')
    await write('b')
    expect(lines()).toHaveLength(1)
  })
})

describe('everything that is recorded', () => {
  it('stays within 50 MB, files found too large at the start included', () => {
    const names = ['audit.jsonl', 'logs/bridge.log', 'logs/mcp-server.log']
    mkdirSync(join(place.folder, 'logs'), { recursive: true })
    for (const name of names)
      for (const end of ['', '.1', '.2']) {
        writeFileSync(join(place.folder, name + end), 'old\n')
        truncateSync(join(place.folder, name + end), 80 * 1024 * 1024)
      }
    const { audit, log } = place.bridge
    audit.bound()
    log.bound()
    const all = () => names.flatMap((name) => ['', '.1', '.2', '.3'].map((end) => join(place.folder, name + end)))
    const sum = () => all().reduce((bytes, each) => bytes + (statSync(each, { throwIfNoEntry: false })?.size ?? 0), 0)
    expect(sum()).toBeLessThanOrEqual(50_000_000)
    const long = 'x'.repeat(4000)
    for (let n = 0; n < 6000; n++) {
      audit.write({ event: 'call', client: 'c', tool: 't', subject: long, outcome: 'done' })
      log.write('bridge', 'warning', long)
      if (n % 500 === 0) expect(sum()).toBeLessThanOrEqual(50_000_000)
    }
    expect(sum()).toBeLessThanOrEqual(50_000_000)
    expect(audit.trouble).toBeNull()
  })
})

describe('a file that has grown to its limit', () => {
  it('is put aside, and the two before it stay', () => {
    const file = new RotatingFile(path)
    for (const letter of 'abcd') file.append(letter.repeat(4 * 1024 * 1024))
    file.close()
    const first = (end: string) => (existsSync(path + end) ? readFileSync(path + end, 'utf8')[0] : null)
    expect(['', '.1', '.2', '.3'].map(first)).toEqual(['d', 'c', 'b', null])
  })
})

describe('a log that is removed while it is written', () => {
  it('gets every later line', () => {
    const log = join(place.base, 'log')
    const file = new RotatingFile(log)
    file.append('one')
    rmSync(log)
    for (let i = 0; i < 3; i++) file.append(`line ${i}`)
    file.close()
    expect(lines(log)).toEqual(['line 0', 'line 1', 'line 2'])
  })
})
