import { describe, expect, it } from 'vitest'
import { news } from '../../../src/commands/watch.ts'
import { makeStep } from '../../../src/core/plan/step.ts'
import type { SyncResult } from '../../../src/effects/sync/result.ts'
import type { Step } from '../../../src/model/plan.ts'

const step = (server: string, outcome: Step['outcome'], change: Step['change'] = 'update') =>
  makeStep({ kind: 'write', environment: 'linux', client: 'cursor', file: '/f', server, outcome, change })
const result = (more: Partial<SyncResult>): SyncResult => ({
  ...{ inSync: true, changed: false, run: null, steps: [], unmanaged: [], restart: [], notices: [] },
  ...more,
})
const edited = step('edited', 'refused', 'none')

describe('what a watcher prints', () => {
  it('is all of its first look', () => {
    const first = result({ steps: [edited], notices: ['a notice'] })
    expect(news(first, null)).toEqual(first)
  })

  it('is nothing where all is as it was', () => {
    const same = () => result({ inSync: false, steps: [{ ...edited }], notices: ['a notice'] })
    expect(news(same(), same())).toBeNull()
  })

  it('reports changes and new findings, and nothing twice', () => {
    const before = result({ inSync: false, steps: [edited], notices: ['a notice'] })
    const now = result({ ...before, changed: true, steps: [edited, step('new', 'done', 'add')], notices: ['a notice', 'another'] })
    expect(news(now, before)).toEqual({ ...now, steps: [step('new', 'done', 'add')], notices: ['another'] })
    expect(news(now, now)?.steps).toEqual([step('new', 'done', 'add')])
  })

  it('is the sum where something that was wrong is put right', () => {
    const before = result({ inSync: false, steps: [edited] })
    expect(news(result({}), before)).toEqual(result({}))
  })
})
