import { renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type Desk, desk } from '../../support/desk.ts'

let place: Desk
afterEach(() => place.close())

describe('a command that names no folder', () => {
  it('is refused when the first allowed folder was swapped for a link that leads out', async () => {
    place = desk({ terminal: 'on' })
    await place.ok('execute_command', { command: 'true' })
    renameSync(place.A, `${place.A}-away`)
    symlinkSync(place.O, place.A)
    expect(await place.refused('execute_command', { command: 'cat s' })).toMatch(/outside/)
  })
  it('is refused when the first allowed folder is gone', async () => {
    place = desk({ terminal: 'on' })
    rmSync(place.A, { recursive: true })
    expect(await place.refused('execute_command', { command: 'true' })).toMatch(/does not exist/)
  })
  it('is refused when the first allowed folder is closed', async () => {
    place = desk()
    const { settings } = place.bridge
    const shut = desk({ terminal: 'on', roots: [place.O], closed: [...settings.closed, place.O] })
    try {
      expect(await shut.refused('execute_command', { command: 'true' })).toMatch(/closed/)
    } finally {
      await shut.close()
    }
  })
  it('is refused when nothing is allowed', async () => {
    place = desk({ terminal: 'on', roots: [join('/', 'not', 'there')] })
    expect(await place.refused('execute_command', { command: 'true' })).toMatch(/does not exist|outside/)
  })
})

describe('the list of blocked commands', () => {
  it('is each bridge’s own', async () => {
    place = desk({ terminal: 'on', blockedCommands: ['true'] })
    const other = desk({ terminal: 'on', blockedCommands: ['false'] })
    try {
      expect(await place.refused('execute_command', { command: 'true' })).toMatch(/blocked/)
      await other.ok('execute_command', { command: 'true' })
      expect(await other.refused('execute_command', { command: 'false' })).toMatch(/blocked/)
    } finally {
      await other.close()
    }
  })
})
