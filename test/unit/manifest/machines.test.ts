import { describe, expect, it } from 'vitest'
import { isElsewhere, onMachine } from '../../../src/core/manifest/machines.ts'

describe('servers of some machines alone', () => {
  it('are on there, whatever the case of the name, and off elsewhere', () => {
    expect(isElsewhere({ machines: ['Desktop'] }, 'desktop')).toBe(false)
    expect(isElsewhere({ machines: ['desktop'] }, 'laptop')).toBe(true)
    expect(isElsewhere({ machines: [] }, 'laptop')).toBe(true)
    expect(isElsewhere({}, 'laptop')).toBe(false)
    const servers = { a: { command: 'a', machines: ['laptop'] }, b: { command: 'b', machines: ['desktop'] }, c: { command: 'c' } }
    expect(onMachine({ version: 1, servers }, 'laptop').servers).toEqual({ ...servers, b: { ...servers.b, disabled: true } })
  })
})
