import { describe, expect, it } from 'vitest'
import { afterWish, describeWish, wishDigest } from '../../../src/core/plan/wish.ts'
import type { ServerSpec } from '../../../src/model/manifest.ts'

/** A server with every right that a person can grant one. */
const granted: ServerSpec = {
  package: 'tavily-mcp@0.2.22',
  args: ['--deep'],
  env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' },
  allowScripts: true,
  share: { cache: ['search'] },
  launch: 'npx',
  bin: 'tavily',
  runIn: 'wsl',
  on: { windows: { env: { OTHER: '${secret:OTHER}' } } },
  only: ['claude-code', 'wsl'],
  except: ['cursor'],
  description: 'search',
}
const wished = (server: ServerSpec, standing: ServerSpec | undefined = granted, to: string | null = null) =>
  afterWish(standing, { server, to })

describe('a wish for a server under a name that is in use', () => {
  it.each<[string, ServerSpec]>([
    ['another package', { package: 'evil-mcp' }],
    ['a package of the same beginning', { package: 'tavily-mcp-2' }],
    ['a command', { command: 'tavily-mcp' }],
    ['an address', { url: 'https://x.test/tavily-mcp' }],
  ])('takes no right and no key over for %s, only what narrows', (_what, server) => {
    expect(wished(server)).toEqual({ ...server, only: ['claude-code', 'wsl'], except: ['cursor'] })
  })

  it('keeps what a person granted the same package, in another version and with other arguments, but no key', () => {
    expect(wished({ package: 'tavily-mcp@latest', args: ['--fast'] })).toEqual({
      ...{ package: 'tavily-mcp@latest', args: ['--fast'], allowScripts: true, share: { cache: ['search'] }, launch: 'npx' },
      ...{ only: ['claude-code', 'wsl'], except: ['cursor'], description: 'search' },
    })
  })

  it.each<[string, ServerSpec, ServerSpec, boolean]>([
    ['a script of node', { command: 'node', args: ['/a.mjs'] }, { command: 'node', args: ['/b.mjs'] }, false],
    ['a script behind an option', { command: '/usr/bin/node', args: ['-r', 'x'] }, { command: '/usr/bin/node', args: ['-r', 'y'] }, false],
    ['uvx', { command: 'uvx', args: ['a'] }, { command: 'uvx', args: ['--from', 'b', 'a'] }, false],
    ['the same image', { command: 'docker', args: ['run', 'a'] }, { command: 'docker', args: ['run', '-i', 'a'] }, true],
    ['a program with another flag', { command: '/opt/serve' }, { command: '/opt/serve', args: ['-v'] }, true],
    ['another address', { url: 'https://a.test/mcp' }, { url: 'https://a.test/mcp?tools=all' }, false],
  ])('tells by what is started: %s', (_what, before, after, same) => {
    expect(wished(after, { ...before, share: true })).toEqual(same ? { ...after, share: true } : after)
  })

  it('keeps a server out of configs that was disabled, and keys out of them by "launch": "run"', () => {
    expect(wished({ package: 'b' }, { package: 'a', disabled: true, launch: 'run' })).toEqual({
      package: 'b',
      disabled: true,
      launch: 'run',
    })
  })
})

describe('a wish for one program', () => {
  it('is limited to it, wherever the server was, and not shared with the others', () => {
    expect(wished({ package: 'tavily-mcp' }, granted, 'cursor')).toMatchObject({ only: ['cursor', 'wsl'], allowScripts: true })
    expect(wished({ package: 'tavily-mcp' }, granted, 'cursor')).not.toHaveProperty('except')
    expect(wished({ package: 'tavily-mcp' }, granted, 'cursor')).not.toHaveProperty('share')
    expect(afterWish(undefined, { server: { package: 'a' }, to: 'cursor' })).toEqual({ package: 'a', only: ['cursor'] })
  })

  it('takes a server out of that one alone', () => {
    expect(afterWish({ package: 'a', except: ['cursor'] }, { server: null, to: 'claude-desktop' })).toEqual({
      ...{ package: 'a', except: ['cursor', 'claude-desktop'] },
    })
    expect(afterWish({ package: 'a' }, { server: null, to: null })).toBeNull()
  })
})

describe('what a person is shown of a wish', () => {
  it('has every field of the future server, each right and key by name, and all differences', () => {
    const lines = describeWish(granted, wished({ package: 'tavily-mcp', env: { K: '${secret:NEW_KEY}' } }))
    expect(lines).toEqual([
      'After that the manifest says all of this:',
      '  package: "tavily-mcp"',
      '  env: {"K":"${secret:NEW_KEY}"}',
      '  launch: "npx"',
      '  allowScripts: true (its install scripts run on this computer)',
      '  share: {"cache":["search"]} (every program reaches it through the bridge)',
      '  only: ["claude-code","wsl"]',
      '  except: ["cursor"]',
      '  description: "search"',
      '  it is given the key NEW_KEY',
      'What differs from now:',
      '  package: "tavily-mcp@0.2.22" → "tavily-mcp"',
      '  args: ["--deep"] → nothing',
      '  env: {"TAVILY_API_KEY":"${secret:TAVILY_API_KEY}"} → {"K":"${secret:NEW_KEY}"}',
      '  bin: "tavily" → nothing',
      '  on: {"windows":{"env":{"OTHER":"${secret:OTHER}"}}} → nothing',
      '  runIn: "wsl" → nothing',
    ])
    expect(describeWish(undefined, { package: 'a' })).toContain('It is new: the manifest has no server of that name now.')
    expect(describeWish({ package: 'a' }, { package: 'a' })).toContain('Nothing differs from now.')
    expect(describeWish(undefined, null)).toEqual(['The manifest has no server of that name.'])
  })

  it('is another one as soon as anything differs on either side of it', () => {
    const digest = wishDigest(granted, { package: 'a' })
    expect(wishDigest({ ...granted, allowScripts: false }, { package: 'a' })).not.toBe(digest)
    expect(wishDigest(granted, { package: 'a', share: true })).not.toBe(digest)
    expect(wishDigest(undefined, { package: 'a' })).not.toBe(digest)
    expect(wishDigest({ ...granted }, { package: 'a' })).toBe(digest)
  })
})
