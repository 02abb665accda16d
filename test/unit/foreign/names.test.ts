import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isToolName, longestName, sharedToolName } from '../../../src/core/foreign/names.ts'

describe('the name of a shared tool', () => {
  it('is server and tool where clients take it', () => {
    expect(sharedToolName('tavily', 'tavily-search')).toBe('tavily__tavily-search')
    expect(sharedToolName('a'.repeat(20), 'b'.repeat(27))).toHaveLength(longestName)
  })
  it('is cut and ends in a hash where it is too long', () => {
    const name = sharedToolName('a'.repeat(20), 'b'.repeat(28))
    expect(name).toMatch(/^a{20}__b{20}_[0-9a-f]{6}$/)
    expect(name).toHaveLength(longestName)
  })
  it('has other characters replaced and ends in a hash', () => {
    expect(sharedToolName('my.server', 'find')).toMatch(/^my_server__find_[0-9a-f]{6}$/)
    expect(sharedToolName('my.server', 'find')).not.toBe(sharedToolName('my server', 'find'))
  })
  it('is one that all clients take, whatever the two are called', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), fc.string(), (server, tool) => isToolName(sharedToolName(server, tool))),
    )
  })
  it('is another one for another tool, the same for the same', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.string({ maxLength: 60 }), fc.string({ maxLength: 60 }), (server, one, two) => {
        expect(sharedToolName(server, one) === sharedToolName(server, two)).toBe(one === two)
      }),
    )
  })
})
