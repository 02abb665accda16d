import { describe, expect, it } from 'vitest'
import { agreedDigest, isAgreed, withAgreed } from '../../../src/core/launch/identity.ts'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import { ubuntu, windows } from '../../support/launches.ts'

const lock = (version = '1.0.0') => ({ version: 1 as const, packages: { 'tiny@^1': { name: 'tiny', version, bin: {} } } })
const tiny: ServerSpec = { package: 'tiny@^1', args: ['--key', '${secret:A}'], env: { TOKEN: '${secret:A}', LEVEL: 'info' } }
const sides = [ubuntu, windows]

describe('what was agreed to start', () => {
  const agreed = withAgreed(undefined, { servers: { tiny } }, sides, lock())
  const now = (change: Partial<ServerSpec>, version?: string) => isAgreed(agreed, { ...tiny, ...change }, sides, lock(version))

  it('stays agreed when a value changes, or a part that starts nothing', () => {
    expect(now({})).toBe(true)
    expect(now({ env: { TOKEN: '${secret:A}', LEVEL: 'debug' }, description: 'x', share: true, only: ['wsl'] })).toBe(true)
  })

  it.each<[string, Partial<ServerSpec>]>([
    ['other arguments', { args: ['--key', '${secret:A}', '--evil'] }],
    ['another variable', { env: { ...tiny.env, MORE: '1' } }],
    ['another key in the same variable', { env: { TOKEN: '${secret:B}', LEVEL: 'info' } }],
    ['a variable of the environment', { env: { TOKEN: '${secret:A}', LEVEL: '${env:HOME}' } }],
    ['an address in a value', { env: { TOKEN: '${secret:A}', LEVEL: 'https://evil.test' } }],
    ['install scripts', { allowScripts: true }],
    ['another program of the package', { bin: 'other' }],
    ['something else on one side', { on: { windows: { args: [] } } }],
    ['another package', { package: 'tiny@2' }],
  ])('is another launch with %s', (_, change) => expect(now(change)).toBe(false))

  it('is another launch in another version', () => expect(now({}, '1.0.1')).toBe(false))

  it('tells a changed variable that decides how programs start', () => {
    const node = (value: string): ServerSpec => ({ command: 'node', env: { Node_Options: value } })
    expect(agreedDigest(node('--a'), ubuntu, lock())).not.toBe(agreedDigest(node('--require ./evil.js'), ubuntu, lock()))
  })

  it('keeps earlier launches, and stays the same list where nothing is new', () => {
    const more = withAgreed(agreed, { servers: { other: { command: 'x' } } }, sides, lock())
    expect(more?.slice(0, agreed?.length)).toEqual(agreed)
    expect(withAgreed(more, { servers: { tiny } }, sides, lock())).toBe(more)
  })

  it('leaves out what is switched off, and packages whose version is not known', () => {
    const servers = { off: { command: 'x', disabled: true }, new: { package: 'unknown' } }
    expect(withAgreed(undefined, { servers }, sides, lock())).toBeUndefined()
  })
})
