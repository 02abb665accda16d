import { describe, expect, it } from 'vitest'
import { serverFacts } from '../../../src/core/plan/server-facts.ts'
import { wishOutcome } from '../../../src/core/plan/wish-outcome.ts'
import { makeStep } from '../../../src/core/plan/step.ts'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import type { Step } from '../../../src/model/plan.ts'

const label = (id: string) => id.toUpperCase()
const told = (server: ServerSpec, hidesKeys = false) =>
  serverFacts(server, { label, hidesKeys }).map(({ kind, text }) => `${kind}: ${text}`)

describe('a server in plain words', () => {
  it('tells the whole command, every variable, header, key and right, and where it is set up', () => {
    expect(
      told({
        ...{ package: 'x@1', args: ['--dir', 'two words', "it's"], env: { A: '1', K: '${secret:MINE}' }, headers: { H: 'h h' } },
        ...{ allowScripts: true, share: { tools: ['a', 'b'] }, only: ['cursor'], except: ['wsl'], disabled: true, launch: 'run', bin: 'x' },
        ...{ runIn: 'wsl', on: { windows: { args: ['-w'] } }, transport: 'sse', description: 'says "hi"' },
      }),
    ).toEqual([
      `package: x@1 --dir 'two words' 'it'\\''s'`,
      ...[
        'variable: A=1',
        'variable: K=${secret:MINE}',
        'header: H: h h',
        'right: run the install scripts of its package, or build it, on this computer',
      ],
      ...['right: reach every program through the bridge ({tools:[a,b]})', 'programs: only CURSOR', 'programs: all but WSL'],
      'further: It is switched off: it is in no config until it is enabled.',
      'further: Programs start it by mcp-twin run, so that no key stands in their configs.',
      'further: It runs on WSL, and the other side reaches it across.',
      'further: On WINDOWS it has its own {"args":["-w"]}.',
      ...['further: It is reached by server-sent events.', 'further: The program of the package is x.'],
      ...['further: It is described as "says \\"hi\\"".', 'key: MINE'],
    ])
  })

  it('names no refused right, and every program where the server names no program', () => {
    expect(told({ command: 'node', allowScripts: false, share: false, disabled: false })).toEqual([
      ...['program: node', 'programs: every program that takes part'],
    ])
  })

  it('shows keys of a manifest that was written by hand as dots', () => {
    const key = 'tvly-0a1b2c3d4e5f6a7b8c9d0e1f'
    const text = told(
      { command: 'x', args: ['--api-key', key, `--token=${key}`], env: { API_KEY: key }, on: { wsl: { env: { API_KEY: key } } } },
      true,
    ).join('\n')
    expect(text).not.toContain(key)
    expect(text).toContain('••••')
    expect(told({ url: `https://x.test/?api_key=${key}`, headers: { Authorization: `Bearer ${key}` } }, true).join()).not.toContain(key)
  })
})

describe('what became of a wish, in a sentence', () => {
  const step = (client: string, more: Partial<Step> = {}): Step => ({
    ...makeStep({ kind: 'write', environment: 'linux', client, file: '/f', server: 'a', change: 'add', outcome: 'done' }),
    ...more,
  })
  const said = (steps: readonly Step[], server: ServerSpec | null = { command: 'x' }, to: string | null = null) =>
    wishOutcome({ name: 'a', server, to }, steps, label)
  const refused = { outcome: 'refused', reason: 'the key K is missing', hint: null } as const

  it('names the programs, with their sides where there are several', () => {
    expect(said([step('cursor')])).toBe('a is set up in CURSOR.')
    expect(said([step('cursor'), step('zed', { environment: 'windows' })])).toBe('a is set up in CURSOR (linux), ZED (windows).')
    expect(said([step('cursor', { change: 'remove' })], null)).toBe('a is taken out of CURSOR.')
  })

  it('says one reason once for several programs', () => {
    expect(said([step('cursor'), step('zed', refused), step('codex', refused)])).toBe(
      'a is set up in CURSOR, but not in ZED, CODEX (the key K is missing).',
    )
    expect(said([step('zed', refused)])).toBe('a is set up in your manifest only, but not in ZED (the key K is missing).')
    expect(said([step('zed', { ...refused, outcome: 'skipped' })])).toContain('but not in ZED')
  })

  it('has each remedy once, on a line of its own', () => {
    const hint = 'to store it: mcp-twin secret set K'
    expect(said([step('zed', { ...refused, hint }), step('codex', { ...refused, hint })])).toBe(
      'a is set up in your manifest only, but not in ZED, CODEX (the key K is missing).\n→ to store it: mcp-twin secret set K',
    )
  })

  it('reports that nothing differed', () => {
    expect(said([step('cursor', { change: 'none' })])).toBe('a is set up in your manifest; every config holds it already.')
    expect(said([], null)).toBe('a is taken out of your manifest; no config holds it.')
  })
})
