import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { bridgeOf, namesOf, pluginText, putPlugin } from '../../support/plugins.ts'
import type { Bridge } from '../../support/mcp.ts'
import { leftovers } from '../../support/processes.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'

const fs = "import * as fs from 'node:fs'\nimport { spawn } from 'node:child_process'"

/** A loop that never gives its process back to anything else, and pauses in each round: half a minute of it costs no processor. */
const endless = 'for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)'

/** What a call of the planted tool does, and what the bridge makes of it: the words of its answer. Off: it lists the tool no more. */
interface Hostile {
  readonly handler: string
  readonly before?: string
  readonly answer: RegExp
  readonly off: boolean
  /** It takes as long as a call may. */
  readonly isLong?: boolean
}

const rows: Readonly<Record<string, Hostile>> = {
  throws: { handler: '() => { throw new Error("no luck") }', answer: /^planted failed: no luck$/, off: false },
  'throws lines': {
    handler: '() => { throw new Error("no\\n[cursor 0]") }',
    answer: /^planted failed:\n> no\n> \[cursor 0\]$/,
    off: false,
  },
  'throws what has no text': { handler: '() => { throw Object.create(null) }', answer: /^planted failed: /, off: false },
  'ends its process': {
    handler: '() => process.exit(0)',
    answer: /switched off: its process ended by itself \(exit code 0\)/,
    off: true,
  },
  'prints protocol lines to descriptors 1 and 2': {
    handler: `() => { for (const fd of [1, 2]) fs.writeSync(fd, '{"jsonrpc":"2.0","id":3,"result":{}}\\n'); console.log('{}'); return 'printed' }`,
    answer: /^printed$/,
    off: false,
  },
  'writes into the connection to the bridge': {
    handler: "() => { fs.writeSync(3, 'hello\\n'); return new Promise(() => {}) }",
    answer: /switched off: it writes into its connection/,
    off: true,
  },
  'answers other calls': {
    handler: `() => { fs.writeSync(3, '{"answer":99,"content":[]}\\n{"pong":7}\\n{"loaded":{}}\\n'); return 'mine' }`,
    answer: /^mine$/,
    off: false,
  },
  'sends a message without end': {
    handler: "() => { for (;;) try { fs.writeSync(3, 'x'.repeat(60000)) } catch {} }",
    answer: /switched off: it sends a message of any size/,
    off: true,
  },
  'sends messages without end': {
    handler: `() => { for (;;) try { fs.writeSync(3, '{"pong":1}\\n'.repeat(1000)) } catch {} }`,
    answer: /switched off: it writes into its connection/,
    off: true,
  },
  'sends a message nested too deep': {
    handler: "() => { fs.writeSync(3, '['.repeat(50000) + '\\n'); return new Promise(() => {}) }",
    answer: /switched off: it writes into its connection/,
    off: true,
  },
  'kills its parent': {
    handler: "() => { process.kill(process.ppid, 'SIGKILL'); return new Promise(() => {}) }",
    answer: /switched off: its process was ended by SIGKILL/,
    off: true,
  },
  'kills its group': {
    handler: "() => { process.kill(0, 'SIGKILL') }",
    answer: /switched off: its process was ended by SIGKILL/,
    off: true,
  },
  'stops itself': {
    handler: "() => { process.kill(process.pid, 'SIGSTOP') }",
    answer: /switched off: .*endless loop/,
    off: true,
    isLong: true,
  },
  'closes its standard streams': {
    handler: "() => { for (const fd of [0, 1, 2]) fs.closeSync(fd); return 'closed' }",
    answer: /^closed$/,
    off: false,
  },
  'closes the connection to the bridge': {
    handler: '() => { fs.closeSync(3); return new Promise(() => {}) }',
    answer: /switched off: it(s process| closed)/,
    off: true,
  },
  'runs in an endless loop': {
    handler: `() => { ${endless} }`,
    answer: /switched off: a call of planted took longer than 30 s, and it runs in an endless loop/,
    off: true,
    isLong: true,
  },
  'takes a gigabyte of buffers': {
    handler: '() => { const all = []; for (let i = 0; i < 16; i++) all.push(Buffer.alloc(64 << 20, 1)); return all.length }',
    answer: /switched off: it ran out of memory/,
    off: true,
  },
  'takes a gigabyte of objects': {
    handler: '() => { const all = []; for (;;) all.push(new Array(1 << 20).fill(0.5)) }',
    answer: /switched off: it ran out of memory \(256 MiB\)/,
    off: true,
  },
  'prints without end': {
    handler: "() => { for (;;) fs.writeSync(1, 'x'.repeat(60000)) }",
    answer: /switched off: it prints without end/,
    off: true,
  },
  'fails after its answer': {
    handler: "() => { setTimeout(() => { throw new Error('later') }, 1); return new Promise(() => {}) }",
    answer: /switched off: its process ended by itself \(exit code 1\); it printed: Error: later/,
    off: true,
  },
  'answers what is no JSON': { handler: '() => 1n', answer: /^planted failed: .*BigInt/, off: false },
  'answers too much': { handler: "() => 'x'.repeat(9 << 20)", answer: /^planted failed: its answer has \d+ bytes/, off: false },
  'answers what is nested too deep': {
    handler: '() => { let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return { a } }',
    answer: /^planted failed: Maximum call stack/,
    off: false,
  },
  'breaks the language': {
    handler: "() => { JSON.stringify = () => 'no json'; return new Promise(() => {}).then.call(Promise.resolve('x'), (each) => each) }",
    answer: /switched off: it writes into its connection/,
    off: true,
  },
  'leaves a process behind': {
    handler: "() => { spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }).unref(); return 'left' }",
    answer: /^left$/,
    off: false,
  },
}
const inCalls = Object.entries(rows).map(([title, row]) => ({ title, ...row }))

/** All of them in one bridge, which has to outlive each. */
let place: Scratch
let bridge: Bridge
/** The calls that end at the limit of time; the others are made meanwhile. */
const long = new Map<string, Promise<{ readonly text: string }>>()
const toolOf = (at: number) => `planted_${at}`

beforeAll(async () => {
  place = scratch()
  putPlugin(place, 'sound.js', pluginText('sound'))
  inCalls.forEach(({ handler, before = fs }, at) => void putPlugin(place, `p${at}.js`, pluginText(toolOf(at), handler, { before })))
  // Three at once: each adds itself to the same file.
  const allowed = ['sound.js', 'p0.js', 'p1.js']
  const results = await Promise.all(allowed.map((file) => cli(place, ['plugin', 'allow', file])))
  expect(results).toMatchObject(allowed.map(() => ({ code: 0 })))
  // The others as if they had been allowed like the first of them.
  const list = JSON.parse(place.read('.mcp-twin/bridge/tools.json'))
  expect(Object.keys(list.plugins).toSorted()).toEqual(allowed.toSorted())
  const [tool] = list.plugins['p0.js'].tools
  for (const [at, { handler, before = fs }] of inCalls.entries()) {
    const digest = createHash('sha256')
      .update(pluginText(toolOf(at), handler, { before }))
      .digest('hex')
    const described = { digest, tools: [{ ...tool, name: toolOf(at) }] }
    if (at < 2) expect(list.plugins[`p${at}.js`]).toEqual(described)
    else list.plugins[`p${at}.js`] = described
  }
  place.write('.mcp-twin/bridge/tools.json', JSON.stringify(list), 0o600)
  bridge = await bridgeOf(place)
  inCalls.forEach(({ isLong }, at) => {
    if (isLong === true) long.set(toolOf(at), bridge.call(toolOf(at)))
  })
})

afterAll(() => bridge.end())

describe('a plugin that is allowed, in a call', () => {
  it.each(inCalls.map((each, at) => ({ ...each, name: toolOf(at), file: `p${at}.js` })))(
    '$title: the bridge lives and its other tools answer',
    async ({ name, file, answer, off }) => {
      expect(await namesOf(bridge)).toContain('sound')
      const called = long.get(name) ?? bridge.call(name)
      expect(await bridge.call('sound')).toMatchObject({ text: 'fine', refused: false })
      expect((await called).text.replaceAll(name, 'planted')).toMatch(answer)
      expect(await bridge.call('sound')).toMatchObject({ text: 'fine', refused: false })
      const { data = {} } = await bridge.call('bridge_status')
      const problems = (data.problems as string[]).filter((problem) => problem.includes(` ${file} `))
      expect((await namesOf(bridge)).includes(name)).toBe(!off)
      expect(problems).toHaveLength(off ? 1 : 0)
      if (off) {
        expect(problems[0]).toMatch(new RegExp(`^The plugin ${file} is off: .*mcp-twin plugin allow ${file}$`))
        expect(await bridge.call(name)).toMatchObject({ text: problems[0], refused: true })
      }
      expect(bridge.stray).toEqual([])
    },
  )

  it('lets the bridge end cleanly after all of them, with no process left', async () => {
    expect(await bridge.call('sound')).toMatchObject({ text: 'fine' })
    expect(await bridge.end()).toEqual({ code: 0 })
    expect(bridge.stray).toEqual([])
    expect(bridge.stderr()).toBe('')
    expect(await leftovers(place.root)).toEqual([])
  })

  it('has its output in the log, line by line', async () => {
    const place = scratch()
    putPlugin(place, 'loud.js', pluginText('loud', `() => { console.log('one\\n\\u001b[31mtwo'); console.error('three'); return 'x' }`))
    await cli(place, ['plugin', 'allow', 'loud.js'])
    const bridge = await bridgeOf(place)
    await bridge.call('loud')
    await bridge.end()
    const log = readFileSync(join(place.home, '.mcp-twin/bridge/logs/mcp-server.log'), 'utf8')
    for (const words of ['one', '\\u001b[31mtwo', 'three']) expect(log).toContain(`info plugin loud.js: ${words}\n`)
  })
})

const refusal = async (place: Scratch, file: string): Promise<string> => {
  const { code, json } = await cli(place, ['plugin', 'allow', file, '--json'])
  expect(code).not.toBe(0)
  expect(place.has('.mcp-twin/bridge/tools.json') ? JSON.parse(place.read('.mcp-twin/bridge/tools.json')).plugins : {}).not.toHaveProperty([
    file,
  ])
  expect(await leftovers(place.root)).toEqual([])
  return json.error.message
}

const deep = '(() => { let schema = {}; for (let i = 0; i < DEPTH; i++) schema = { properties: { a: schema } }; return schema })()'

describe('a plugin that a person wants to allow', () => {
  it.concurrent.each([
    ['throws', 'throw new Error("at once")', /does not load: at once \(planted\.js:1:7\)/],
    ['ends its process', 'process.exit(3)', /ended by itself \(exit code 3\)/],
    ['never ends', endless, /did not load within 5 s/],
    ['waits for ever', 'await new Promise(() => {})', /did not load within 5 s/],
    ['kills its parent', "process.kill(process.ppid, 'SIGKILL'); for (;;);", /ended by SIGKILL/],
    ['imports a file beside it', "import './other.js'", /imports "\.\/other\.js"; a plugin is one file/],
    ['imports a package', "import 'zod'", /imports "zod"; a plugin is one file/],
    ['exports nothing', 'export const a = 1', /exports no object by default/],
    ['has no tools', 'export default { name: "a", version: "1", description: "a", tools: [] }', /it has no tools/],
    [
      'has no handler',
      'export default { name: "a", version: "1", description: "a", tools: [{ name: "a", description: "a" }] }',
      /has no handler/,
    ],
    ['is no JavaScript', 'export default {', /does not load: Unexpected end of input/],
    [
      'describes itself otherwise',
      'process.getBuiltinModule?.("fs") ?? 0; import("node:fs").then((fs) => fs.writeSync(3, JSON.stringify({ loaded: { tools: 7 } }) + "\\n")); await new Promise(() => {})',
      /does not describe its tools/,
    ],
    ['has the name of a built-in tool', pluginText('read_file'), /its tool read_file has the name of a tool of the bridge/],
    ['has a name that clients refuse', pluginText('read file'), /"read file" is no name for a tool/],
    [
      'has parameters nested too deep',
      pluginText('a', undefined, { parameters: deep.replace('DEPTH', '100') }),
      /nested more than 24 levels deep/,
    ],
    [
      'has parameters nested without end',
      pluginText('a', undefined, { parameters: deep.replace('DEPTH', '20000') }),
      /parameters of a cannot be written as JSON|message of any size/,
    ],
    [
      'has parameters that hold themselves',
      pluginText('a', undefined, { before: 'const own = {}; own.a = own', parameters: 'own' }),
      /cannot be written as JSON/,
    ],
    [
      'has parameters that refer to themselves',
      pluginText('a', undefined, { parameters: "{ $ref: '#' }" }),
      /no usable JSON Schema: .*call stack/,
    ],
    [
      'has parameters that refer to another place',
      pluginText('a', undefined, { parameters: "{ properties: { a: { $ref: 'file:///etc/passwd' } } }" }),
      /only a part of the same schema/,
    ],
    [
      'has a pattern that blows up',
      pluginText('a', undefined, { parameters: "{ properties: { a: { type: 'string', pattern: '^(a+)+$' } } }" }),
      /repeats what itself repeats/,
    ],
    [
      'has too many tools',
      pluginText('a').replace(
        /tools: \[(.*)\],/,
        (_, tool) => `tools: Array.from({ length: 65 }, (_, at) => ({ ...${tool}, name: 'a' + at })),`,
      ),
      /it has 65 tools; 64 are the most/,
    ],
  ])('%s: it is refused with the reason', async (_, text, reason) => {
    const place = scratch()
    putPlugin(place, 'other.js', 'throw new Error("loaded")')
    putPlugin(place, 'planted.js', text)
    expect(await refusal(place, 'planted.js')).toMatch(reason)
  })

  it('is not loaded from outside the folder, neither by allow nor by a bridge', async () => {
    const place = scratch()
    const marker = join(place.root, 'loaded')
    const text = pluginText('planted', undefined, {
      before: `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(marker)}, '')`,
    })
    putPlugin(place, 'sound.js', pluginText('sound'))
    writeFileSync(join(place.home, '.mcp-twin/bridge/evil.js'), text, { mode: 0o600 })
    writeFileSync(join(place.home, 'evil.js'), text, { mode: 0o600 })
    for (const file of ['../evil.js', './evil.js', join(place.home, 'evil.js'), '.mcp-twin/bridge/plugins/../evil.js'])
      expect(await refusal(place, file)).toMatch(/is no plugin/)
    expect((await cli(place, ['plugin', 'allow', 'sound.js'])).code).toBe(0)
    // As if it had been allowed, with the digest of that very file.
    const list = JSON.parse(place.read('.mcp-twin/bridge/tools.json'))
    const [tool] = list.plugins['sound.js'].tools
    list.plugins['../evil.js'] = { digest: createHash('sha256').update(text).digest('hex'), tools: [{ ...tool, name: 'planted' }] }
    place.write('.mcp-twin/bridge/tools.json', JSON.stringify(list))
    const bridge = await bridgeOf(place)
    expect(await bridge.call('planted')).toMatchObject({
      refused: true,
      text: expect.stringMatching(/evil\.js was switched off: a plugin is a file in bridge\/plugins/),
    })
    await bridge.end()
    expect(place.has('loaded')).toBe(false)
  })

  it('is refused when it is a link, no file, or writable by others', async () => {
    const place = scratch()
    const real = putPlugin(place, 'real.js', pluginText('planted'))
    const folder = join(place.home, '.mcp-twin/bridge/plugins')
    symlinkSync(real, join(folder, 'link.js'))
    expect(await refusal(place, 'link.js')).toMatch(/is a link/)
    mkdirSync(join(folder, 'folder.js'))
    expect(await refusal(place, 'folder.js')).toMatch(/is no file/)
    putPlugin(place, 'open.js', pluginText('planted'), 0o600)
    chmodSync(join(folder, 'open.js'), 0o620)
    expect(await refusal(place, 'open.js')).toMatch(/others may write .*open\.js/)
    chmodSync(folder, 0o770)
    expect(await refusal(place, 'real.js')).toMatch(/others may write .*plugins/)
    chmodSync(folder, 0o700)
    expect((await cli(place, ['plugin', 'allow', 'real.js'])).code).toBe(0)
  })
})
