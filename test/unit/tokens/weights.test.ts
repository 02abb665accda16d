import { describe, expect, it } from 'vitest'
import { weightDigest } from '../../../src/core/launch/identity.ts'
import { parseWeights, type WeightsFile, weightsText, withWeights } from '../../../src/core/tokens/file.ts'
import { weigh } from '../../../src/core/tokens/weight.ts'
import { ubuntu, windows } from '../../support/launches.ts'

const lock = (version: string) => ({ version: 1 as const, packages: { 'tiny@^1': { name: 'tiny', version, bin: {} } } })
const tiny = { package: 'tiny@^1', env: { KEY: '${secret:KEY}', LEVEL: 'a' } }

describe('what a tool costs', () => {
  it('is a quarter of the bytes of its name, description and schema, and of nothing else', () => {
    const tool = { name: 'find', description: 'é', inputSchema: { type: 'object' } }
    const bytes = Buffer.byteLength(JSON.stringify(tool))
    expect(weigh([{ ...tool, annotations: { title: 'x'.repeat(1000) }, outputSchema: {} }])).toEqual([
      { name: 'find', tokens: Math.ceil(bytes / 4) },
    ])
  })
})

describe('the digest of a launch', () => {
  it('is the same on both sides, and another one for another version, variable or side of its own', () => {
    const digest = weightDigest(tiny, ubuntu, lock('1.0.0'))
    expect(weightDigest({ ...tiny, description: 'x', share: true, only: ['wsl'] }, windows, lock('1.0.0'))).toBe(digest)
    expect(weightDigest(tiny, ubuntu, lock('1.0.1'))).not.toBe(digest)
    expect(weightDigest({ ...tiny, env: { ...tiny.env, LEVEL: 'b' } }, ubuntu, lock('1.0.0'))).not.toBe(digest)
    const differs = { ...tiny, on: { windows: { args: ['--fast'] } } }
    expect(weightDigest(differs, ubuntu, lock('1.0.0'))).toBe(digest)
    expect(weightDigest(differs, windows, lock('1.0.0'))).not.toBe(digest)
  })
})

describe('weights.json', () => {
  const one = (at: number, tokens = 1): WeightsFile[string] => ({ server: 's', at, tools: [{ name: 't', tokens }] })

  it('is read back as it was written', () => {
    expect(parseWeights(weightsText({ a: one(1) }))).toEqual({ a: one(1) })
  })

  it('counts as empty where it is damaged, and leaves out what is no launch', () => {
    for (const text of ['', '{', '[]', '{"launches":[]}', '{"launches":{"a":{"server":1}}}']) expect(parseWeights(text)).toEqual({})
    expect(parseWeights(JSON.stringify({ launches: { a: { ...one(1), tools: [{ name: 't' }] }, b: one(2) } }))).toEqual({ b: one(2) })
  })

  it('stays the same object where nothing new was found, and keeps the newest launches', () => {
    const file = { a: one(1) }
    expect(withWeights(file, { a: one(9) })).toBe(file)
    expect(withWeights(file, { a: one(9, 2) })).toEqual({ a: one(9, 2) })
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`d${at}`, one(at)]))
    const kept = withWeights(many, { new: one(1000) })
    expect(Object.keys(kept)).toHaveLength(300)
    expect(kept).toHaveProperty('new')
    expect(kept).not.toHaveProperty('d0')
  })
})
