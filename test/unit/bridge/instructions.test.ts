import { describe, expect, it } from 'vitest'
import { instructionsOf, type Audience } from '../../../src/bridge/start/instructions.ts'
import { families } from '../../../src/model/bridge-words.ts'
import type { Environment } from '../../../src/model/environment.ts'
import { native } from '../../../src/model/path.ts'

const self: Environment = {
  id: 'wsl:Ubuntu',
  kind: 'wsl',
  user: 'ana',
  home: native('/home/ana'),
  node: native('/n'),
  distro: 'Ubuntu',
  self: true,
  files: [],
  running: [],
}
const settings: Audience['settings'] = {
  client: 'claude-code',
  families,
  readOnly: false,
  terminal: 'off',
  roots: ['/home/ana/site'],
  partners: ['claude-desktop'],
  self,
}
const of = (more: object = {}, waiting: string | null = null): string =>
  instructionsOf({ settings: { ...settings, ...more }, namespace: 'site-1a2b', waiting })

describe('the instructions', () => {
  it('name the other programs, the first call, the namespace, the folders and what waits', () => {
    expect(of({}, '1 handoff waits for you: call inbox.')).toBe(
      [
        'You are claude-code. Shared with claude-desktop.',
        'Call inbox first; memory_search before deciding anything; handoff_create to hand work over.',
        'Namespace of this session: site-1a2b.',
        'Folders: /home/ana/site. Paths may be spelled as Windows or as Linux does.',
        '1 handoff waits for you: call inbox.',
      ].join('\n'),
    )
  })
  it('speak only of what is on', () => {
    expect(of()).not.toMatch(/command|terminal/i)
    expect(of({ families: ['files'] })).not.toMatch(/inbox|memory|handoff|Namespace/)
    expect(of({ families: ['memory'] })).not.toMatch(/inbox|handoff|Folders|bridge_status/)
    expect(of({ families: ['handoff'], readOnly: true })).not.toContain('handoff_create')
  })
  it.each([
    [['memory'], 'Call memory_search before deciding anything.'],
    [['actions'], 'Call list_actions to see what is asked.'],
    [['actions', 'memory'], 'Call list_actions to see what is asked; memory_search before deciding anything.'],
  ])('name tools as they are spelled, with %j alone', (only, first) => {
    expect(of({ families: only }).split('\n')).toContain(first)
  })
  it.each([
    ['wsl', true],
    ['windows', true],
    ['linux', false],
    ['macos', false],
  ])('speak of two spellings where there are two: %s', (kind, both) => {
    const text = of({ self: { ...self, kind } })
    expect(text).toMatch(both ? /^Folders: .*\. Paths may be spelled/m : /^Folders: .*site\.$/m)
  })
  it('spell the folders as the side of the client does', () => {
    const text = of({ clientSide: 'windows', roots: ['/home/ana/site', '/mnt/c/Users/ana/x'], readable: ['/mnt/c/Users/ana/x'] })
    expect(text).toContain('\\\\wsl.localhost\\Ubuntu\\home\\ana\\site, C:\\Users\\ana\\x (read-only)')
  })
  it('stay below 900 characters, and count what they leave out', () => {
    for (const many of [1, 5, 20, 200, 2000])
      for (const length of [5, 100, 890, 4000]) {
        const roots = Array.from({ length: many }, (_, at) => `/${'r'.repeat(length)}${at}`)
        const partners = Array.from({ length: many }, (_, at) => `client-${at}`)
        const text = instructionsOf({
          settings: { ...settings, client: 'c'.repeat(64), roots, partners },
          namespace: 'n'.repeat(length),
          waiting: '12 handoffs and 3 questions wait for you: call inbox.',
        })
        expect(text.length).toBeLessThanOrEqual(900)
        expect(text).toContain('12 handoffs')
        if (many > 20 || length > 800) expect(text).toContain('bridge_status')
      }
  })
})
