import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { InputTrouble, listOf, oneOf, optional, readFields, record, text, whole } from '../../../src/bridge/base/input.ts'
import { oneLine } from '../../../src/bridge/base/text.ts'
import { limits } from '../../../src/bridge/base/limits.ts'
import { RotatingFile } from '../../../src/bridge/records/rotating-file.ts'
import { tools } from '../../../src/bridge/tools/index.ts'
import { CANARY, type Desk, desk } from '../../support/desk.ts'
import { runs } from '../../support/runs.ts'

let place: Desk
beforeEach(() => {
  place = desk({ keys: () => Promise.resolve(['SECRET-key-1234567890/+="x"']), terminal: 'on' })
})
afterEach(() => place.close())

describe('arguments', () => {
  it('an unknown one is answered with the known ones and the nearest', async () => {
    expect(await place.refused('read_file', { file: 'x' })).toBe(
      'read_file has no argument "file" (did you mean "path"?). It takes path, [offset], [limit], [max_tokens].'.replace(
        ' (did you mean "path"?)',
        '',
      ),
    )
    expect(await place.refused('read_file', { pathh: 'x' })).toMatch(/did you mean "path"/)
    expect(await place.refused('read_file', {})).toMatch(/needs "path"/)
    expect(await place.refused('bridge_status', { x: 1 })).toMatch(/takes no arguments/)
  })
  it('a wrong kind is named', async () => {
    expect(await place.refused('read_file', { path: 'x', limit: '5' })).toBe(
      '"limit" must be a whole number, not a string: give 5 without quotation marks.',
    )
    expect(await place.refused('edit_file', { path: 'x', edits: [{ old_string: 'a' }] })).toMatch(/"edits"\[0\] needs "new_string"/)
    expect(await place.refused('write_file', { path: 'x', content: 'y', mode: 'add' })).toMatch(/one of rewrite, append/)
    expect(await place.refused('execute_command', { command: 'true', timeout_ms: 60_000 })).toMatch(/between 1 and 55000/)
    expect(await place.refused('list_directory', [])).toMatch(/must be an object/)
  })
  it('what is longer than any path is not taken, let alone said again', async () => {
    const long = 'x'.repeat(1_000_000)
    for (const [name, args] of [
      ['read_file', { path: long }],
      ['read_files', { paths: Array.from({ length: 50 }, () => long) }],
      ['translate_path', { path: long, to: 'linux' }],
      ['execute_command', { command: 'true', environment: long }],
      ['read_file', { [long]: 1 }],
      ['set_config', { key: long, value: 1 }],
      ['set_config', { key: 'default_shell', value: long }],
      ['more_results', { search: long }],
    ] as const)
      expect((await place.refused(name, args)).length).toBeLessThan(1000)
    await place.ok('write_file', { path: 'f', content: long })
    await place.ok('edit_file', { path: 'f', edits: [{ old_string: long, new_string: `${long}y` }] })
  })
  it('names of properties are no arguments', async () => {
    for (const name of ['__proto__', 'constructor', 'hasOwnProperty'])
      expect(await place.refused('read_file', JSON.parse(`{"path":"x","${name}":1}`))).toMatch(/has no argument/)
  })
  it('nesting beyond all measure is refused before anything walks it', async () => {
    let deep: unknown = 'x'
    for (let i = 0; i < 100_000; i++) deep = [deep]
    expect(await place.refused('read_file', { path: deep })).toMatch(/nested more than/)
  })
  it('what fits is given back as it was', () => {
    const fields = {
      a: text({ least: 1 }),
      b: optional(whole({ least: 0, most: 9 })),
      c: optional(listOf(record({ d: oneOf(['x', 'y']) }), { most: 3 })),
    }
    const good = fc.record({
      a: fc.string({ minLength: 1 }),
      b: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
      c: fc.option(fc.array(fc.record({ d: fc.constantFrom('x', 'y') }), { minLength: 1, maxLength: 3 }), { nil: undefined }),
    })
    fc.assert(
      fc.property(good, (value) => {
        expect(JSON.stringify(readFields(fields, value, 't'))).toEqual(JSON.stringify(value))
      }),
    )
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          readFields(fields, value, 't')
        } catch (error) {
          expect(error).toBeInstanceOf(InputTrouble)
        }
      }),
    )
  })
})

describe('any arguments to any tool', () => {
  const nasty = fc.constantFrom(
    '',
    '/',
    '..',
    '../O/s',
    '\0',
    '/etc/passwd',
    '/proc/self/mem',
    '~',
    'C:\\x',
    '\\\\h\\s',
    'x'.repeat(5000),
    '/dev/stdin',
    '$(id)',
    '-rf',
    '*',
    '%s',
    '\u202e',
    'file:///x',
  )
  const value = fc.oneof(
    nasty,
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.string(), { maxLength: 3 }),
    fc.object({ maxDepth: 2 }),
  )
  it('get an answer, harm nothing outside and say nothing of it', async () => {
    // Without those that run commands, and the one whose work is to wait.
    const quiet = tools.filter(({ name }) => !['execute_command', 'send_input', 'read_output', 'wait_for_change'].includes(name))
    const before = readdirSync(place.base)
    const one = fc.constantFrom(...quiet).chain((tool) => {
      const names = Object.keys((tool.inputSchema.properties ?? {}) as object)
      return fc.tuple(
        fc.constant(tool.name),
        fc.oneof(
          { weight: 4, arbitrary: fc.dictionary(fc.constantFrom(...names, 'x'), value, { maxKeys: 6 }) },
          { weight: 1, arbitrary: fc.anything() },
        ),
      )
    })
    await fc.assert(
      fc.asyncProperty(one, async ([name, args]) => {
        const result = await place.call(name, args)
        expect(Array.isArray(result.content)).toBe(true)
        expect(JSON.stringify(result)).not.toContain(CANARY)
        expect(JSON.stringify(result)).not.toMatch(/fault of this bridge/)
      }),
      { numRuns: runs(60) },
    )
    expect(readdirSync(place.base)).toEqual(before)
    expect(readdirSync(place.O)).toEqual(['s'])
    expect(readFileSync(join(place.O, 's'), 'utf8')).toBe(CANARY)
  })
})

describe('the audit', () => {
  it('has one line for what writes, runs or is refused, and none for reads', async () => {
    place.put('f', 'x')
    await place.ok('read_file', { path: 'f' })
    await place.ok('write_file', { path: 'g', content: 'y' })
    await place.ok('execute_command', { command: 'true' })
    await place.refused('read_file', { path: '/etc/passwd' })
    await place.refused('copy_file', { source: 'nope', destination: 'x' })
    expect(place.audited().map(({ event, tool, subject }) => [event, tool, subject])).toEqual([
      ['call', 'write_file', 'rewrite g'],
      ['call', 'execute_command', 'true'],
      ['denied', 'read_file', '/etc/passwd'],
      ['call', 'copy_file', 'nope -> x'],
    ])
    expect(Object.keys(place.audited()[0] ?? {})).toEqual(['at', 'event', 'client', 'tool', 'subject', 'outcome'])
  })
  it('a line break, an escape or a reversed text stays inside its line', async () => {
    await place.refused('read_file', { path: '/x\n{"at":"forged"}\r\u001b[2J\u202egnp' })
    const lines = readFileSync(join(place.folder, 'audit.jsonl'), 'utf8').trim().split('\n')
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toMatch(/[\u001b\u202e]/)
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (any) => !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(oneLine(any))))
  })
  it('a key is dots, in the audit, in answers and in files that are read', async () => {
    const key = 'SECRET-key-1234567890/+="x"'
    place.put('env', `A=${key}\nB=${JSON.stringify(key)}\nC=${encodeURIComponent(key)}\nD=${Buffer.from(key).toString('base64')}\n`)
    const read = await place.ok('read_file', { path: 'env' })
    expect(read.match(/••••/g)?.length).toBeGreaterThanOrEqual(4)
    const ran = await place.call('execute_command', { command: `echo '${key}'` })
    expect(JSON.stringify(ran)).not.toContain('SECRET-key')
    await place.refused('read_file', { path: `/x/${key}` })
    expect(readFileSync(join(place.folder, 'audit.jsonl'), 'utf8')).not.toContain('SECRET-key')
    expect(await place.ok('write_file', { path: 't', content: `mtw_${'a'.repeat(43)}` })).toBeTruthy()
    expect(await place.ok('read_file', { path: 't' })).toBe('••••••••')
  })
  it('knows a command before it runs, since what runs may end the bridge', async () => {
    const seen = join(place.A, 'seen')
    await place.ok('execute_command', { command: `cp ${join(place.folder, 'audit.jsonl')} ${seen}` })
    expect(JSON.parse(readFileSync(seen, 'utf8'))).toMatchObject({ event: 'call', tool: 'execute_command', outcome: 'started' })
    expect(place.audited()).toHaveLength(1)
  })
  it('is for its owner only', async () => {
    await place.ok('write_file', { path: 'g', content: 'y' })
    expect(statSync(join(place.folder, 'audit.jsonl')).mode & 0o777).toBe(0o600)
  })
})

describe('a file that only grows', () => {
  it('is put aside when it is large, and all of them stay within their bounds', () => {
    const path = join(place.base, 'log')
    const file = new RotatingFile(path)
    for (let i = 0; i < 26; i++) file.append('x'.repeat(1024 * 1024))
    file.close()
    const sizes = readdirSync(place.base)
      .filter((name) => name.startsWith('log'))
      .map((name) => statSync(join(place.base, name)).size)
    expect(sizes.length).toBe(3)
    expect(sizes.reduce((a, b) => a + b)).toBeLessThanOrEqual(3 * (limits.logFile + 2 * 1024 * 1024))
  })
  it('found oversized at the start keeps only its end', () => {
    const path = join(place.base, 'log')
    writeFileSync(path, 'old\n')
    truncateSync(path, 200 * 1024 * 1024)
    writeFileSync(path, '\nnewest\n', { flag: 'a' })
    const file = new RotatingFile(path)
    file.append('next')
    file.close()
    expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(limits.logFile)
    expect(readFileSync(`${path}.1`, 'utf8')).toMatch(/newest\n$/)
    expect(readFileSync(path, 'utf8')).toBe('next\n')
  })
  it('found oversized with its old ones is made small without a line being written, and what is not there is not made', () => {
    const path = join(place.base, 'log')
    const file = new RotatingFile(path)
    file.bound()
    expect(existsSync(path)).toBe(false)
    for (const end of ['', '.1', '.2']) {
      writeFileSync(path + end, 'old\n')
      truncateSync(path + end, 60 * 1024 * 1024)
      writeFileSync(path + end, `\nnewest${end}\n`, { flag: 'a' })
    }
    file.bound()
    file.close()
    const all = readdirSync(place.base).filter((name) => name.startsWith('log'))
    expect(all.sort()).toEqual(['log', 'log.1', 'log.2'])
    expect(all.reduce((sum, name) => sum + statSync(join(place.base, name)).size, 0)).toBeLessThanOrEqual(3 * limits.logFile)
    expect(readFileSync(`${path}.2`, 'utf8')).toMatch(/newest\.1\n$/)
    expect(3 * 3 * (limits.logFile + limits.logFileMore)).toBeLessThanOrEqual(50_000_000)
  })
  it('that ends in the middle of a line continues with a line of its own', () => {
    const path = join(place.base, 'log')
    writeFileSync(path, '{"a":1}\n{"b":')
    const file = new RotatingFile(path)
    file.append('{"c":3}')
    file.append('{"d":4}')
    file.close()
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"b":\n{"c":3}\n{"d":4}\n')
  })
  it('of two processes at once loses no line', () => {
    const path = join(place.base, 'log')
    const [one, two] = [new RotatingFile(path), new RotatingFile(path)]
    for (let i = 0; i < 300; i++) {
      one.append(`one ${i} ${'x'.repeat(20_000)}`)
      two.append(`two ${i} ${'x'.repeat(20_000)}`)
    }
    const all = ['', '.1', '.2']
      .filter((end) => existsSync(path + end))
      .map((end) => readFileSync(path + end, 'utf8'))
      .join('')
    expect(all.match(/^(one|two) \d+ /gm)?.length).toBe(600)
  })
})

describe('settings of a conversation', () => {
  it('are kept, checked, and come back', async () => {
    expect(await place.ok('set_config', { key: 'max_results', value: 5 })).toMatch(/is now 5/)
    expect(await place.refused('set_config', { key: 'max_results', value: 0 })).toMatch(/between/)
    expect(await place.refused('set_config', { key: 'default_shell', value: 'fish' })).toMatch(/one of/)
    expect(await place.refused('set_config', { key: 'max_result', value: 5 })).toMatch(/did you mean "max_results"/)
    const again = desk({ folder: place.folder })
    expect((await again.call('get_config')).structuredContent).toMatchObject({ max_results: 5, log_level: 'info' })
    await again.close()
  })
  it('are those of every bridge of this home at once, and none takes back what another has set', async () => {
    const other = desk({ folder: place.folder })
    const data = async (at: Desk) => (await at.call('get_config')).structuredContent
    expect(await data(other)).toMatchObject({ max_results: 100, log_level: 'info' })
    await place.ok('set_config', { key: 'max_results', value: 7 })
    expect(await data(other)).toMatchObject({ max_results: 7 })
    await other.ok('set_config', { key: 'log_level', value: 'debug' })
    expect(await data(place)).toMatchObject({ max_results: 7, log_level: 'debug' })
    await other.close()
  })
  it('of which one does not fit: that one is left out and the others count', async () => {
    writeFileSync(join(place.folder, 'config.json'), '{"max_results": "many", "log_level": "debug"}')
    expect((await place.call('get_config')).structuredContent).toMatchObject({ max_results: 100, log_level: 'debug' })
  })
  it('that cannot be read mean the usual ones, and are reported', async () => {
    mkdirSync(place.folder, { recursive: true })
    writeFileSync(join(place.folder, 'config.json'), '{"max_results": "many"}')
    expect((await place.call('get_config')).structuredContent).toMatchObject({ max_results: 100 })
    expect(await place.ok('bridge_status')).toMatch(/Problem: .*config\.json is not used: max_results must be/)
  })
})
