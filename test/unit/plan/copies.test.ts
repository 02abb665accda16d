import { describe, expect, it } from 'vitest'
import { clientById } from '../../../src/catalog/clients/index.ts'
import { copiesIn, withoutCopies } from '../../../src/core/plan/copies.ts'
import { makeStep } from '../../../src/core/plan/step.ts'
import type { StepChange } from '../../../src/model/plan.ts'
import { exitOf, isOfOthers } from '../../../src/effects/sync/result.ts'

const step = (client: string, server: string, change: StepChange = 'add') =>
  makeStep({ kind: 'write', environment: 'linux', client, file: `/${client}`, server, change })
const copyOf = (id: string) => clientById(id)?.copyOf

describe('steps of a file that repeats another one', () => {
  it('are left out where they say what the other one says', () => {
    const own = [step('claude-code', 'a'), step('claude-code', 'b')]
    const { steps, copies } = withoutCopies([...own, step('claude-code-config', 'a')], copyOf)
    expect([steps, copies]).toEqual([own, [expect.objectContaining({ of: 'claude-code', file: '/claude-code-config' })]])
  })

  it('are left out where they add what the other one has in another way', () => {
    const own = [step('claude-code', 'a', 'update'), step('claude-code', 'b', 'adopt')]
    const { steps } = withoutCopies([...own, step('claude-code-config', 'a'), step('claude-code-config', 'b')], copyOf)
    expect(steps).toEqual(own)
  })

  it('are left out where it goes, and with it the same servers as of the other one', () => {
    const own = [step('claude-code', 'a', 'remove')]
    const gone = { ...step('claude-code-config', '', 'remove'), server: null }
    expect(withoutCopies([...own, step('claude-code-config', 'a', 'remove'), gone], copyOf).steps).toEqual(own)
    expect(withoutCopies([gone], copyOf).steps).toEqual([gone])
  })

  it.each([
    ['it changes an entry', [step('claude-code', 'a'), step('claude-code-config', 'a', 'update')]],
    ['the other one loses the server', [step('claude-code', 'a', 'remove'), step('claude-code-config', 'a')]],
    ['the other one does not get the server', [step('claude-code', 'b'), step('claude-code-config', 'a')]],
    ['it was not written', [step('claude-code', 'a', 'update'), { ...step('claude-code-config', 'a'), outcome: 'failed' as const }]],
    ['the other one was not written', [{ ...step('claude-code', 'a'), outcome: 'failed' as const }, step('claude-code-config', 'a')]],
  ])('stay where %s', (_, all) => {
    expect(withoutCopies(all, copyOf)).toEqual({ steps: all, copies: [] })
  })
})

describe('a file that repeats another one', () => {
  const environment = 'linux'
  const file = (client: string) => ({ plan: { environment, client }, observed: { client: { copyOf: copyOf(client) } } })
  const matrix = (...unmanaged: readonly string[]) => ({
    servers: [{ cells: ['claude-code', 'claude-code-config'].map((client) => ({ environment, client, state: 'managed' })) }],
    unmanaged: unmanaged.map((client) => ({ environment, client, server: 'theirs' })),
  })
  const found = (...unmanaged: readonly string[]) =>
    copiesIn([file('claude-code'), file('claude-code-config')] as never, matrix(...unmanaged) as never).map(({ plan }) => plan.client)

  it('counts as a copy where the other file has all its servers, unmanaged ones too', () => {
    expect(found()).toEqual(['claude-code-config'])
    expect(found('claude-code')).toEqual(['claude-code-config'])
    expect(found('claude-code', 'claude-code-config')).toEqual(['claude-code-config'])
  })
  it('counts as no copy with a server of its own', () => {
    expect(found('claude-code-config')).toEqual([])
  })
})

describe('the exit code of a command about some servers', () => {
  const refused = makeStep({ kind: 'refuse', environment: 'linux', client: 'cursor', server: 'other' })
  const result = { inSync: false, changed: true, run: null, steps: [refused], unmanaged: [], restart: [], notices: [] }

  it('is 0 where only other servers are refused, and 3 for its own and for a whole file', () => {
    expect(exitOf(result, { check: false, about: new Set(['mine']) })).toBe(0)
    expect(exitOf(result, { check: false, about: new Set(['other']) })).toBe(3)
    expect(exitOf(result, { check: false })).toBe(3)
    expect(exitOf({ ...result, steps: [{ ...refused, server: null }] }, { check: false, about: new Set(['mine']) })).toBe(3)
  })

  it('does not pass over a write that failed just now', () => {
    expect(isOfOthers({ ...refused, kind: 'write', outcome: 'failed' }, new Set(['mine']))).toBe(false)
    expect(isOfOthers({ ...refused, kind: 'install', outcome: 'failed' }, new Set(['mine']))).toBe(true)
  })
})
