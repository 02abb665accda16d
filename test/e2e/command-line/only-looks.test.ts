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
    ['memory list', 0],
    ['memory get nosuch', 2],
    ['memory search nosuch', 0],
    ['memory history nosuch', 2],
    ['memory delete nosuch', 2],
    ['memory export -', 0],
    ['memory set key value --dry-run', 0],
    ['handoff list', 0],
    ['handoff list --to nosuch', 2],
    ['handoff show h-0123456789ab', 2],
    ['handoff new Title --goal Goal --dry-run', 0],
    ['inbox', 0],
    ['events', 0],
    ['actions list', 0],
    ['actions show a-0123456789ab', 2],
  ])('%s ends with %i', async (line, code) => {
    const looked = await cli(place, line.split(' '))
    expect([looked.code, existsSync(join(place.home, '.mcp-twin'))]).toEqual([code, false])
  })
})
