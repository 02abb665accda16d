import { afterEach, describe, expect, it } from 'vitest'
import { type Desk, desk } from './desk.ts'

let place: Desk
afterEach(() => place.close())

describe('a tool that is not listed', () => {
  it('since its family was left out is refused, and nothing happens', async () => {
    place = desk({ families: ['search'], terminal: 'on' })
    expect(await place.refused('write_file', { path: 'f', content: 'x' })).toMatch(
      /^write_file .* files tools.* without.* person .*--tools/,
    )
    expect(await place.refused('get_config')).toMatch(/bridge tools/)
    expect(await place.refused('execute_command', { command: 'true' })).toMatch(/terminal tools/)
    place.put('f', 'x')
    expect(await place.ok('search_files', { path: '.', glob: '*' })).toContain('f')
  })
  it('since commands are off is refused, all of the family', async () => {
    place = desk({ terminal: 'off' })
    for (const name of ['list_sessions', 'list_processes'])
      expect(await place.refused(name)).toMatch(/switched off; a person can set bridge\.terminal/)
  })
})
