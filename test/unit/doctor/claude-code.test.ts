import { describe, expect, it } from 'vitest'
import { native, reachable } from '../../../src/model/path.ts'
import { situation } from './situation.ts'

const entry = { kind: 'stdio', command: 'other', args: [], env: {} } as const
const folder = native('/home/ana/my work')

describe('claude-code-managed', () => {
  const file = native('/etc/claude-code/managed-mcp.json')
  const here = reachable('/etc/claude-code/managed-mcp.json')

  it('tells which servers a managed configuration hides', () => {
    expect(
      situation()
        .claudeCode({ managed: { file, here, names: ['company', 'tavily'] } })
        .find('claude-code-managed'),
    ).toMatchObject([
      {
        level: 'error',
        message: expect.stringMatching(/with company and tavily hides .*: files$/),
        detail: [file],
        fix: `sudo mv ${here} ${here}.off`,
      },
    ])
  })

  it('tells one that cannot be read', () => {
    expect(
      situation()
        .claudeCode({ managed: { file, here, names: null } })
        .find('claude-code-managed'),
    ).toMatchObject([{ level: 'error', message: expect.stringMatching(/cannot be read hides .*: tavily and files$/) }])
  })

  const policy = { file: native('/etc/claude-code/managed-settings.json'), allowed: null, denied: [], onlyManaged: false }

  it.each([
    ['denies one', { denied: ['tavily'] }, 'does not allow tavily'],
    ['allows others only', { allowed: ['company', 'files'] }, 'does not allow tavily'],
    ['allows managed ones only', { onlyManaged: true }, 'managed servers only'],
  ])('tells a policy that %s', (_, more, words) => {
    expect(
      situation()
        .claudeCode({ policies: [{ ...policy, ...more }] })
        .find('claude-code-managed'),
    ).toMatchObject([{ level: 'error', message: expect.stringContaining(words) }])
  })

  it('does not mind a policy that lets ours pass', () => {
    expect(
      situation()
        .claudeCode({ policies: [{ ...policy, allowed: ['tavily', 'files'], denied: ['x'] }] })
        .find('claude-code-managed'),
    ).toEqual([])
  })
})

describe('claude-code-scopes', () => {
  it('reports another server of the same name in the local scope', () => {
    expect(
      situation()
        .claudeCode({
          local: [
            { folder, name: 'tavily', entry },
            { folder, name: 'mine', entry },
          ],
        })
        .find('claude-code-scopes'),
    ).toMatchObject([
      { level: 'warning', subject: 'tavily', detail: [folder], fix: "cd '/home/ana/my work' && claude mcp remove --scope local tavily" },
    ])
  })

  it('does not mind the very same server', () => {
    const ours = situation()
      .facts()
      .files.find(({ client }) => client.id === 'claude-code')?.entries[0]
    if (ours === undefined) throw new Error('a situation has entries')
    expect(
      situation()
        .claudeCode({ local: [{ folder, name: ours.name, entry: ours.entry }] })
        .find('claude-code-scopes'),
    ).toEqual([])
  })

  it("tells an approved project's server, and not one that waits", () => {
    const project = [
      { folder, name: 'tavily', entry, approval: 'approved' },
      { folder, name: 'files', entry, approval: 'pending' },
    ] as const
    expect(situation().claudeCode({ project }).find('claude-code-scopes')).toMatchObject([{ level: 'warning', subject: 'tavily' }])
  })
})

describe('claude-code-approval', () => {
  it('reports servers that wait for approval, refused ones, and ones switched off', () => {
    const project = [
      { folder, name: 'a', entry, approval: 'pending' },
      { folder, name: 'b', entry, approval: 'rejected' },
      { folder, name: 'c', entry, approval: 'approved' },
    ] as const
    const found = situation()
      .claudeCode({ project, switchedOff: [{ project: folder, name: 'tavily' }] })
      .find('claude-code-approval')
    expect(found).toMatchObject([
      { level: 'info', message: expect.stringContaining('starts a of'), fix: "cd '/home/ana/my work' && claude" },
      { level: 'info', message: expect.stringContaining('refused b'), fix: expect.stringContaining('reset-project-choices') },
      { level: 'warning', subject: 'tavily', fix: expect.stringContaining('/mcp') },
    ])
  })
})

describe('claude-code-config', () => {
  it("tells that today's Claude Code does not read the old file", () => {
    expect(situation().client('claude-code-config').find('claude-code-config')).toMatchObject([
      { level: 'info', detail: ['/home/ana/.config/claude/claude_code_config.json'] },
    ])
  })

  it('tells servers in a file where it looks for none', () => {
    const unread = [{ file: native('/home/ana/.claude/settings.json'), names: ['web'] }]
    expect(situation().claudeCode({ unread }).find('claude-code-config')).toMatchObject([
      { level: 'warning', message: expect.stringContaining('web is in a file'), detail: ['/home/ana/.claude/settings.json'] },
    ])
  })
})
