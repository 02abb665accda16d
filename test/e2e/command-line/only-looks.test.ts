import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'

describe('where nothing of ours is yet, a command that only looks leaves nothing', () => {
  let place: Scratch
  beforeAll(() => {
    place = scratch()
  })
  afterAll(() => place.remove())

  it.each([
    ['list', 0],
    ['doctor', 0],
    ['logs', 0],
    ['logs mcp-twin', 0],
    ['logs nosuch', 2],
    ['undo', 0],
    ['undo --dry-run', 0],
    ['undo list', 0],
    ['undo nosuch', 2],
    ['session list', 0],
    ['session revoke nosuch', 2],
    ['secret list', 0],
    ['trust list', 0],
    ['roots list', 0],
    ['plugin list', 0],
    ['store', 0],
  ])('%s ends with %i', async (line, code) => {
    const looked = await cli(place, line.split(' '))
    expect([looked.code, existsSync(join(place.home, '.mcp-twin'))]).toEqual([code, false])
  })
})
