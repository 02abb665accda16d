import { appendFileSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { textAnswer } from '../../../src/bridge/base/call.ts'
import { pathArgument, text } from '../../../src/bridge/base/input.ts'
import { defineTool } from '../../../src/bridge/contract/tool.ts'
import { tools } from '../../../src/bridge/tools/index.ts'
import { declarationTroubles, pathTroubles, type Trial, trial } from '../../support/path-trial.ts'

// A tool is covered here the moment that it stands in the registry: nothing of it is named.
let current: Trial
afterEach(() => current.close())

describe('every tool, with commands on', () => {
  it.each(tools.map((tool) => [tool.name, tool] as const))('%s asks the policy about each of its paths', async (_name, tool) => {
    current = trial('on')
    expect(declarationTroubles(tool)).toEqual([])
    expect(await pathTroubles(tool, current)).toEqual([])
  })
})

describe('a tool that does not ask the policy', () => {
  const definition = { family: 'files', effect: 'read', description: '' } as const
  const reader = defineTool({
    ...definition,
    name: 'naughty_read',
    input: { path: pathArgument('read') },
    handle: async ({ path }) => textAnswer(readFileSync(path, 'utf8')),
  })
  it('is found by what it reads', async () => {
    current = trial('off')
    const troubles = await pathTroubles(reader, current)
    expect(troubles).toContainEqual(expect.stringMatching(/\/O\/s".*not refused/))
    expect(troubles).toContainEqual(expect.stringMatching(/\.ssh\/id".*tells what is closed/))
  })
  it('is found though it hides what it read', async () => {
    current = trial('off')
    const sized = defineTool({
      ...definition,
      name: 'naughty_size',
      input: { path: pathArgument('read') },
      handle: async ({ path }) => textAnswer(String(readFileSync(path).length)),
    })
    expect(await pathTroubles(sized, current)).toContainEqual(expect.stringMatching(/\.mcp\.json".*not refused/))
  })
  it('is found by what it writes where it may only read', async () => {
    current = trial('off')
    const writer = defineTool({
      ...{ ...definition, effect: 'write' as const },
      name: 'naughty_write',
      input: { path: pathArgument('write') },
      async handle({ path }, { policy }) {
        const { real } = await policy.existing(path, 'read')
        appendFileSync(real, 'x')
        return textAnswer('done')
      },
    })
    const troubles = await pathTroubles(writer, current)
    expect(troubles).toContainEqual(expect.stringMatching(/\.envrc".*changes something/))
    expect(troubles.filter((each) => /\/O\/s"|\.ssh/.test(each))).toEqual([])
  })
  it('is found by the name of an argument that it does not declare', async () => {
    current = trial('off')
    for (const name of ['path', 'file', 'output_file', 'target_dir', 'sources'])
      expect(
        declarationTroubles(defineTool({ ...definition, name: 'x', input: { [name]: text() }, handle: async () => textAnswer('') })),
      ).toEqual([`x ${name}: called like a path, not made by pathArgument()`])
    const silent = defineTool({
      ...definition,
      effect: 'write',
      name: 'x',
      input: { path: pathArgument('read') },
      handle: async () => textAnswer(''),
    })
    expect(declarationTroubles(silent)).toEqual(['x: changes things, and none of its paths is to be written'])
  })
})
