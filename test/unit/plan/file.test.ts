import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planFile } from '../../../src/core/plan/file.ts'
import type { JsonObject } from '../../../src/model/entry.ts'
import { bytes, client, request, said, settled, wanted } from './situation.ts'
import { runs } from '../../support/runs.ts'

const entry = (word: string): JsonObject => ({ command: '/opt/thing', args: [word] })
const file = (servers: object) => bytes(JSON.stringify({ mcpServers: servers }))
/** What our record says after we wrote these. */
const recordsOf = (servers: Record<string, JsonObject>) =>
  settled(request({ wanted: Object.entries(servers).map(([name, value]) => wanted(name, value)) })).state

describe('the plan of one file', () => {
  it.each([
    ['is added where it is not there', {}, {}, { a: entry('x') }, 'a add planned'],
    ['is taken over where the same stands there', { a: entry('x') }, {}, { a: entry('x') }, 'a adopt planned'],
    [
      'is written out where the same stands there as one line, which programs do not take apart',
      { a: { command: 'node x', args: [] } },
      {},
      { a: { command: 'node', args: ['x'] } },
      'a update planned',
    ],
    [
      'is written out where it is ours and its args became one text',
      { a: { command: '/opt/thing', args: 'x' } },
      { a: entry('x') },
      { a: entry('x') },
      'a update planned',
    ],
    ['is refused where another of that name stands there', { a: entry('theirs') }, {}, { a: entry('x') }, 'a none refused'],
    ['is changed where it is ours', { a: entry('x') }, { a: entry('x') }, { a: entry('y') }, 'a update planned'],
    ['is refused where a person edited it', { a: entry('mine') }, { a: entry('x') }, { a: entry('y') }, 'a none refused'],
    [
      'is no edit where only order and spelling differ',
      { a: { args: ['x'], env: {}, command: '/opt/thing', more: 1 } },
      { a: entry('x') },
      { a: entry('x') },
      undefined,
    ],
    [
      'is refused where a person removed it',
      { b: entry('b') },
      { a: entry('x'), b: entry('b') },
      { a: entry('x'), b: entry('b') },
      'a none refused',
    ],
    ['goes where it is no longer wanted', { a: entry('x') }, { a: entry('x') }, {}, 'a remove planned'],
    ['stays where it is no longer wanted but was edited', { a: entry('mine') }, { a: entry('x') }, {}, 'a none refused'],
    ['is forgotten where it has gone already', {}, { a: entry('x'), b: entry('b') }, { b: entry('b') }, 'a none planned'],
  ])('an entry %s', (_what, standing, ours, wishes, expected) => {
    const asked = request({
      bytes: file(standing),
      state: recordsOf(ours as Record<string, JsonObject>),
      wanted: Object.entries(wishes).map(([name, value]) => wanted(name, value)),
    })
    const steps = said(planFile(asked)).filter((step) => step.startsWith('a '))
    expect(steps).toEqual(expected === undefined ? [] : [expected])
  })

  it('names `type` among what is changed, which says nothing of its own and is taken out all the same', () => {
    const asked = request({
      bytes: file({ a: { type: 'stdio', ...entry('x') } }),
      state: recordsOf({ a: entry('x') }),
      wanted: [{ ...wanted('a', entry('y')), owned: ['type', 'command', 'args'] }],
    })
    const [first] = planFile(asked).entries
    expect(first?.step.fields?.map(({ field }) => field)).toEqual(['type', 'args'])
    expect(settled(asked).text).not.toContain('stdio')
  })

  it('puts back what its program dropped together, and says so', () => {
    const ours = { a: entry('x'), b: entry('y') }
    for (const text of ['{}', '{"mcpServers":{}}', '{"mcpServers":{"theirs":{"command":"t"}}}', '']) {
      const plan = planFile(request({ bytes: bytes(text), state: recordsOf(ours), wanted: [wanted('a', ours.a), wanted('b', ours.b)] }))
      expect(said(plan)).toEqual(['a add planned', 'b add planned'])
      for (const { step } of plan.entries) expect(step.reason).toContain('put back')
    }
  })

  it('takes one that was alone and is missing for removed by hand, unless all of mcpServers is missing', () => {
    const state = recordsOf({ a: entry('x') })
    expect(said(planFile(request({ bytes: bytes('{"mcpServers":{}}'), state, wanted: [wanted('a', entry('x'))] })))).toEqual([
      'a none refused',
    ])
    expect(said(planFile(request({ bytes: bytes('{}'), state, wanted: [wanted('a', entry('x'))] })))).toEqual(['a add planned'])
  })

  it('remembers what was removed by hand when the last of the others goes from the file', () => {
    const ours = { a: entry('x'), b: entry('y'), c: entry('z') }
    const wishes = [wanted('b', ours.b), wanted('c', ours.c)]
    const { first, second } = settled(request({ bytes: file({ a: ours.a }), state: recordsOf(ours), wanted: wishes }))
    expect(said(first)).toEqual(['b none refused', 'c none refused', 'a remove planned'])
    expect(said(second)).toEqual(['b none refused', 'c none refused'])
    const { state } = settled(request({ bytes: file({ a: ours.a }), state: recordsOf(ours), wanted: wishes }))
    const back = settled(request({ bytes: file({ b: ours.b, c: ours.c }), state, wanted: wishes }))
    expect(said(back.first)).toEqual(['b adopt planned', 'c adopt planned'])
    expect(back.second.entries).toEqual([])
  })

  it('overcomes every refusal of an entry by force', () => {
    for (const [standing, ours] of [
      [{ a: entry('theirs') }, {}],
      [{ a: entry('mine') }, { a: entry('x') }],
      [{ b: entry('b') }, { a: entry('x'), b: entry('b') }],
      [{ a: 'no object at all' }, {}],
    ] as [object, Record<string, JsonObject>][]) {
      const wishes = [wanted('a', entry('y')), ...(ours.b === undefined ? [] : [wanted('b', entry('b'))])]
      const { first, second, text } = settled(request({ bytes: file(standing), state: recordsOf(ours), wanted: wishes, force: true }))
      expect(first.entries.every(({ step }) => step.outcome === 'planned')).toBe(true)
      expect(second.entries).toEqual([])
      expect(JSON.parse(text).mcpServers.a).toMatchObject(entry('y'))
    }
  })

  it('names what no manifest knows, and takes it out only when it is to be pruned', () => {
    const standing = { ours: entry('x'), theirs: entry('t'), odd: 7 }
    const asked = request({ bytes: file(standing), state: recordsOf({ ours: entry('x') }), wanted: [wanted('ours', entry('x'))] })
    expect(planFile(asked)).toMatchObject({ entries: [], unmanaged: ['theirs', 'odd'] })
    const { text } = settled({ ...asked, prune: true })
    expect(JSON.parse(text)).toEqual({ mcpServers: { ours: entry('x') } })
  })

  it('keeps the entry of a server that cannot be written now', () => {
    const blocked = [
      {
        server: 'a',
        step: {
          kind: 'refuse',
          environment: 'linux',
          client: 'claude-code',
          file: null,
          server: 'a',
          change: 'none',
          outcome: 'refused',
          reason: 'no key',
          hint: null,
        } as const,
      },
    ]
    const plan = planFile(request({ bytes: file({ a: entry('x') }), state: recordsOf({ a: entry('x') }), blocked }))
    expect(plan).toMatchObject({ entries: [], unmanaged: [] })
  })

  it('leaves an unreadable file alone, and does not report a file of others', () => {
    const broken = bytes('{"mcpServers":')
    expect(planFile(request({ bytes: broken, wanted: [wanted('a', entry('x'))] })).refusal).toMatchObject({
      kind: 'refuse',
      hint: expect.stringContaining('--client claude-code'),
    })
    expect(planFile(request({ bytes: broken }))).toMatchObject({ refusal: null, entries: [] })
  })

  it('refuses an entry that is there twice', () => {
    const twice = bytes('{"mcpServers":{"a":{"command":"1"},"a":{"command":"2"}}}')
    const plan = planFile(request({ bytes: twice, wanted: [wanted('a', entry('x'))], force: true }))
    expect(plan.refusal !== null || plan.entries.every(({ step }) => step.outcome === 'refused')).toBe(true)
  })

  it('never shows a value of a variable or header in a difference', () => {
    const theirs = {
      command: '/opt/thing',
      args: ['--key', 'ghp_012345678901234567890123456789abcdef'],
      env: { TOKEN: 'do-not-show-0123' },
    }
    const [step] = planFile(
      request({ bytes: file({ a: theirs }), wanted: [wanted('a', { ...entry('x'), env: { TOKEN: 'ours-0123456789' } })] }),
    ).entries
    expect(step?.step.reason).toContain('different value')
    for (const value of ['do-not-show-0123', 'ours-0123456789', 'ghp_0123']) expect(step?.step.reason).not.toContain(value)
  })

  it('takes a byte order mark off only where its program does not read it, and only when it writes', () => {
    const marked = (id: string) =>
      planFile(request({ client: client(id), bytes: bytes('\ufeff{"mcpServers":{}}'), wanted: [wanted('a', entry('x'))] }))
    expect(marked('claude-code').notices.join()).toContain('taken off')
    expect(marked('cursor').notices.join()).not.toContain('taken off')
    expect(planFile(request({ bytes: bytes('\ufeff{"mcpServers":{}}') })).notices.join()).not.toContain('taken off')
  })
})

const word = fc.constantFrom('x', 'y', 'z')
const name = fc.constantFrom('a', 'b', 'constructor', '__proto__', 'ü ñ', 'with "quotes"')
const servers = fc.uniqueArray(fc.tuple(name, word), { selector: ([each]) => each, maxLength: 4 })
const value = (each: string): JsonObject => entry(each)

describe('any file, record and manifest', () => {
  it('come to rest: what is planned is done once, then there is nothing to do', () => {
    fc.assert(
      fc.property(servers, servers, servers, fc.boolean(), (standing, ours, wishes, force) => {
        const text = `{"n":[1.0,1E400],"mcpServers":{${standing.map(([each, said]) => `${JSON.stringify(each)}:${JSON.stringify(value(said))}`).join(',')}},"z":"\\u0063"}`
        const state = settled(request({ wanted: ours.map(([each, said]) => wanted(each, value(said))) })).state
        const { second, text: after } = settled(
          request({ bytes: bytes(text), state, wanted: wishes.map(([each, said]) => wanted(each, value(said))), force }),
        )
        expect(second.entries.filter(({ change }) => change !== null)).toEqual([])
        if (force) expect(second.entries.filter(({ step }) => step.outcome === 'refused')).toEqual([])
        expect(after).toContain('"n":[1.0,1E400]')
        expect(after).toContain('"z":"\\u0063"')
        // What is neither ours nor wanted stays, byte for byte.
        for (const [each, said] of standing) {
          if (ours.some(([other]) => other === each) || wishes.some(([other]) => other === each)) continue
          expect(after).toContain(`${JSON.stringify(each)}:${JSON.stringify(value(said))}`)
        }
      }),
      { numRuns: runs(40) },
    )
  })
})
