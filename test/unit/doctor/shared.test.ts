import { describe, expect, it } from 'vitest'
import { situation as sound } from './situation.ts'

const lists = { trouble: null, servers: [], own: [], shared: {} }

describe('doctor on the tools that the bridge lists', () => {
  it('names shared servers without a list, and those that are not shared, with the reason', () => {
    const bridge = { enabled: true }
    const found = (server: object, known: readonly string[] = []) =>
      sound()
        .servers({ search: { command: 'x', share: true, ...server } }, { bridge })
        .bridge({}, { lists: { ...lists, servers: known } })
        .find('bridge-shared')
    expect(found({})).toMatchObject([{ subject: 'search', message: expect.stringContaining('no list of its tools'), fix: 'mcp-twin sync' }])
    expect(found({}, ['search'])).toEqual([])
    expect(found({ only: ['windows'] })).toMatchObject([{ level: 'warning', message: expect.stringContaining('where the bridge runs') }])
    expect(found({ share: false })).toEqual([])
  })
})
