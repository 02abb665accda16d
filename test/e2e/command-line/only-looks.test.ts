import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { specs } from '../../../src/cli/specs/index.ts'
import type { CommandSpec } from '../../../src/model/command-line.ts'
import { cli } from '../../support/cli.ts'
import { inProcess, quickScratch } from '../../support/in-process.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'
import { namesUnder } from '../../support/under.ts'

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
    ['actions run a-0123456789ab', 2],
    ['actions cancel a-0123456789ab', 2],
    ['handoff answer q-0123456789ab yes', 2],
    ['store show', 0],
    ['roots remove nosuch', 2],
  ])('%s ends with %i', async (line, code) => {
    const looked = await cli(place, line.split(' '))
    expect([looked.code, existsSync(join(place.home, '.mcp-twin'))]).toEqual([code, false])
  })
})

/** Commands whose word is the name of what they make, or that go on until they are ended. */
const makes =
  /^(?:add|init|import|export|completion|schema|search|run|secret set|plugin new|trust add|trust|memory (?:set|export)|handoff new|actions (?:drop|sign))\b/

/** Every command and verb that takes a word, with words that name nothing. */
const lines = specs.flatMap((spec: CommandSpec) =>
  [spec, ...(spec.verbs ?? []).map((verb) => ({ ...verb, name: `${spec.name} ${verb.name}` }))].flatMap(
    ({ name, arguments: words = [] }) =>
      words.length === 0 || makes.test(name)
        ? []
        : ['nosuch', 'a-0123456789ab', 'h-0123456789ab', 'q-0123456789ab'].map((word) => `${name}${` ${word}`.repeat(words.length)}`),
  ),
)

describe('where nothing of ours is yet, a command about something that is not there', () => {
  it('is known by the list of commands', () => {
    expect(lines).toEqual(
      expect.arrayContaining(['actions run a-0123456789ab', 'handoff answer q-0123456789ab q-0123456789ab', 'remove nosuch']),
    )
  })

  it.each(lines)('leaves nothing: %s', async (line) => {
    const place = quickScratch()
    const before = namesUnder(place.root)
    const { code, output } = await inProcess(place, [...line.split(' '), '--yes', '--offline'])
    expect([0, 1, 2, 3], output).toContain(code)
    expect(namesUnder(place.root).filter((name) => !before.includes(name))).toEqual([])
  })
})
