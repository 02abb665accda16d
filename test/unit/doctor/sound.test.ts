import { describe, expect, it } from 'vitest'
import { checks } from '../../../src/catalog/checks/index.ts'
import { diagnose } from '../../../src/core/diagnose.ts'
import { situation } from './situation.ts'

describe('a machine on which all is well', () => {
  const found = situation().bridge().started().all()

  it.each(checks.map(({ id }) => id))('%s has nothing to say', (id) => {
    expect(situation().bridge().started().find(id)).toEqual([])
    expect(found.filter(({ check }) => check === id).map(({ level }) => level)).toContain('ok')
  })

  it('gets a good word from every check but those that were not asked to start servers', () => {
    const skipped = situation()
      .bridge({ ports: null })
      .all()
      .filter(({ level }) => level === 'skipped')
    const servers = ['server-starts', 'stdout-clean', 'tools-listed']
    expect(skipped.map(({ check }) => check)).toEqual(['desktop-policy', ...servers, 'bridge-starts', 'bridge-link', 'bridge-port'])
    expect(new Set(skipped.map(({ fix }) => fix))).toEqual(new Set(['mcp-twin doctor --deep']))
  })

  it('shows no key anywhere', () => {
    expect(JSON.stringify(found)).not.toContain('tvly')
  })
})

describe('the list of checks', () => {
  it('names each once, each with what is true when all is well', () => {
    const ids = checks.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { title } of checks) expect(title).toMatch(/^[a-zA-Z][^.!]+$/)
  })

  it('holds every check that is promised, but for what the bridge does not have yet: triggers and a store', () => {
    const promised = [
      ...['wsl-version', 'interop', 'automount', 'node-version', 'node-path', 'npm-prefix', 'npm-scripts', 'versions-match', 'time-skew'],
      ...[
        'config-found',
        'config-parses',
        'config-encoding',
        'client-running',
        'desktop-policy',
        'claude-code-managed',
        'claude-code-scopes',
      ],
      ...[
        'claude-code-approval',
        'claude-code-config',
        'claude-code-hook',
        'entries-kept',
        'in-sync',
        'unmanaged',
        'unset-variables',
        'literal-paths',
      ],
      ...[
        'command-found',
        'keys-present',
        'keys-consistent',
        'keys-apart',
        'keys-in-manifest',
        'secret-modes',
        'secrets-in-tracked-files',
        'server-installed',
      ],
      ...['server-starts', 'stdout-clean', 'tools-listed', 'name-clashes', 'tool-count'],
      ...['bridge-starts', 'bridge-link', 'bridge-port', 'store-integrity', 'tokens', 'triggers-mode', 'disk-space'],
    ]
    expect(checks.map(({ id }) => id)).toEqual(expect.arrayContaining(promised))
  })
})

describe('a check that breaks', () => {
  const broken = {
    id: 'broken',
    group: 'side',
    title: 'the moon is round',
    run: () => {
      throw new Error('no moon')
    },
  } as const
  const whole = { id: 'whole', group: 'side', title: 'the sun is warm', run: () => [] } as const

  it('is reported to have failed, and the others are made', () => {
    expect(diagnose<null>([broken, whole], null)).toMatchObject([
      {
        check: 'broken',
        level: 'failed',
        message: expect.stringContaining('no moon'),
        fix: expect.stringContaining('doctor --check broken'),
      },
      { check: 'whole', level: 'ok', subject: 'the sun is warm' },
    ])
  })
})
