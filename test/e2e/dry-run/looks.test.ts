import { beforeAll, describe, expect, it } from 'vitest'
import { specs } from '../../../src/cli/specs/index.ts'
import { codeFile, cursorFile, type Home, quickHome, treeOf } from '../support/place.ts'

/** Flags that say "write nothing". */
const looking = ['--check', '--dry-run']
const argumentsOf: Readonly<Record<string, (place: Home) => string[]>> = { import: (place) => [place.path('setup')] }
const nameOf = ({ flags }: { readonly flags: string }): string => flags.split(/[ ,]/)[0] ?? ''

/** Every command with a flag that says "write nothing", and each flag of its own that takes no value. */
const pairs = specs.flatMap(({ name, options = [] }) => {
  const plain = options.filter(({ flags }) => !/[<[]/.test(flags))
  const looks = plain.map(nameOf).filter((flag) => looking.includes(flag))
  const others = [
    ...plain.flatMap((option) => [nameOf(option), ...(option.synonym === undefined ? [] : [option.synonym])]),
    '--yes',
    '--offline',
  ]
  return looks.flatMap((look) => others.filter((other) => other !== look).map((other) => [name, look, other] as const))
})

/** A home with something for every flag: a server to write, one edited by hand, one that nobody manages. */
async function drifted(): Promise<Home> {
  const place = quickHome()
  place.write(cursorFile, '{ "mcpServers": {} }')
  place.manifest({ one: place.tiny, two: { command: 'two' } })
  expect((await place.run(['sync'])).code).toBe(0)
  expect((await place.run(['export', place.path('setup')])).code).toBe(0)
  place.manifest({ one: place.tiny, two: { command: 'two' }, three: { command: 'three' } })
  place.write(
    codeFile,
    JSON.stringify({ mcpServers: { ...place.servers(codeFile), two: { command: 'edited' }, theirs: { command: 'x' } } }),
  )
  return place
}

describe('a flag that says "write nothing"', () => {
  let place: Home
  beforeAll(async () => {
    place = await drifted()
  })

  it('is tried against the flags that contradict it, as sync --check against --no-check', () => {
    expect(pairs).toContainEqual(['sync', '--check', '--no-check'])
  })

  it.each(pairs)('%s %s is stronger than %s, in either order', async (name, look, other) => {
    const before = treeOf(place.root, ['home/.mcp-twin/cache.json', 'home/.npm'])
    for (const flags of [
      [look, other],
      [other, look],
    ]) {
      const result = await place.run([name, ...(argumentsOf[name]?.(place) ?? []), ...flags])
      // Two flags that make no sense together are refused (2); anything else shows what would be done.
      expect([0, 2, 3], result.output).toContain(result.code)
      expect(treeOf(place.root, ['home/.mcp-twin/cache.json', 'home/.npm'])).toEqual(before)
    }
  })
})
