import { describe, expect, it } from 'vitest'
import { meaningKeys } from '../../../src/core/launch/meaning.ts'
import { revertEntries } from '../../../src/core/plan/revert.ts'
import { bytes, client, request, settled, wanted } from './situation.ts'

const ours = { command: '/opt/thing', args: ['x'] }
const { state } = settled(request({ wanted: [wanted('a', ours)] }))
const set = (value: object, extra: string[]) => ({
  kind: 'set',
  name: 'a',
  value,
  owned: [...meaningKeys(client('claude-code')), ...extra],
})
const revert = (now: object, before: object | null, force = false) =>
  revertEntries(
    client('claude-code'),
    bytes(JSON.stringify(now)),
    before === null ? null : bytes(JSON.stringify(before)),
    ['a'],
    state,
    force,
  )

describe('an entry that is taken back in a file with other changes', () => {
  it.each([
    ['goes where it was not there before', { mcpServers: { a: ours, theirs: 1 } }, { mcpServers: {} }, [{ kind: 'remove', name: 'a' }]],
    ['goes where there was no file', { mcpServers: { a: ours } }, null, [{ kind: 'remove', name: 'a' }]],
    ['is no change where it has gone already', { mcpServers: {} }, { mcpServers: {} }, []],
    [
      'is what it was',
      { mcpServers: { a: ours } },
      { mcpServers: { a: { command: 'old', timeout: 5 } } },
      [set({ command: 'old', timeout: 5 }, ['timeout'])],
    ],
    [
      'keeps what its owner added or changed since',
      { mcpServers: { a: { ...ours, disabled: true, timeout: 9 } } },
      { mcpServers: { a: { command: 'old', timeout: 5 } } },
      [set({ command: 'old', timeout: 5 }, [])],
    ],
  ])('%s', (_what, now, before, changes) => {
    expect(revert(now, before)).toEqual({ changes })
  })

  it('is refused where somebody edited it since, unless forced', () => {
    const edited = { mcpServers: { a: { ...ours, args: ['mine'] } } }
    expect(revert(edited, { mcpServers: {} })).toMatchObject({
      reason: expect.stringContaining('edited since'),
      hint: expect.stringContaining('--force'),
    })
    expect(revert(edited, { mcpServers: {} }, true)).toEqual({ changes: [{ kind: 'remove', name: 'a' }] })
  })

  it('is refused where the file cannot be read any more', () => {
    expect(revertEntries(client('claude-code'), bytes('{'), null, ['a'], state, false)).toHaveProperty('reason')
  })
})
