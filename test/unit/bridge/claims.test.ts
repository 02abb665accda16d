import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { isHeld } from '../../../src/bridge/handoff/claims.ts'

describe('a claim', () => {
  const claim = { client: 'claude-code', session: 's', pid: 1, start: '1', at: 1000 }

  it('keeps others out for its time, and no longer', () => {
    expect(isHeld(claim, () => true, claim.at + limits.claimMs - 1)).toBe(true)
    expect(isHeld(claim, () => true, claim.at + limits.claimMs)).toBe(false)
  })

  it('ends with its process', () => {
    expect(isHeld(claim, () => false, claim.at)).toBe(false)
  })
})
