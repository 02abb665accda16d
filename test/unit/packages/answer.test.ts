import { describe, expect, it } from 'vitest'
import { meets, readRecord, readTree, sameIntegrity } from '../../../src/core/packages/record.ts'
import { readAnswer, readPrograms } from '../../../src/core/packages/registry-answer.ts'
import { compareVersions } from '../../../src/core/packages/semver.ts'

const view = (version: string, more: object = {}) => ({ name: 'thing', version, 'dist.integrity': `sha512-${version}`, ...more })

describe('versions in order', () => {
  it('puts prereleases before their release, and numbers by value', () => {
    const order = [
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.0.9',
      '1.0.10',
      '1.2.0',
    ]
    expect([...order].reverse().sort(compareVersions)).toEqual(order)
    expect(compareVersions('1.0.0+a', '1.0.0+b')).toBe(0)
  })
})

describe("npm's answer about a package", () => {
  it('is the newest of those that fit, whatever order they come in', () => {
    expect(readAnswer('thing', JSON.stringify([view('0.2.22'), view('0.2.9'), view('0.2.15')]))).toEqual({
      name: 'thing',
      version: '0.2.22',
      integrity: 'sha512-0.2.22',
      bin: {},
      scripts: false,
    })
  })

  it('is one object where one version fits', () => {
    const answer = readAnswer(
      'thing',
      JSON.stringify(view('1.0.0', { bin: { thing: './dist/index.js' }, engines: { node: '>=22' }, scripts: { postinstall: 'x' } })),
    )
    expect(answer).toMatchObject({ bin: { thing: 'dist/index.js' }, engines: '>=22', scripts: true })
  })

  it('leaves out what its authors deprecated while there is another', () => {
    expect(readAnswer('thing', JSON.stringify([view('1.0.0'), view('1.1.0', { deprecated: 'broken' })]))?.version).toBe('1.0.0')
    expect(readAnswer('thing', JSON.stringify([view('1.1.0', { deprecated: 'broken' })]))?.version).toBe('1.1.0')
  })

  it('is nothing when it speaks of another package, or is no JSON', () => {
    expect(readAnswer('other', JSON.stringify(view('1.0.0')))).toBeNull()
    expect(readAnswer('thing', 'npm warn something')).toBeNull()
    expect(readAnswer('thing', '[]')).toBeNull()
    expect(readAnswer('thing', JSON.stringify(view('latest')))).toBeNull()
  })
})

describe('the programs of a package', () => {
  it('bear its short name when only a path is given', () => expect(readPrograms('@a/b', 'x.js')).toEqual({ b: 'x.js' }))
  it('are dropped when their path leads out of it', () => {
    expect(readPrograms('a', { up: '../x', deep: 'a/../../x', root: '/x', drive: 'C:\\x', fine: './a//b.js' })).toEqual({ fine: 'a/b.js' })
  })
})

describe('what was installed', () => {
  const record = { name: 'thing', version: '1.0.0', integrity: 'sha512-a', scripts: ['dep@1.0.0'], scriptsRan: false }
  const locked = { name: 'thing', version: '1.0.0', integrity: 'sha512-a', bin: {} }

  it('meets the lock when version and integrity are the same', () => {
    expect(meets(record, locked, false)).toBe(true)
    expect(meets(record, { ...locked, version: '1.0.1' }, false)).toBe(false)
    expect(meets(record, { ...locked, integrity: 'sha512-b' }, false)).toBe(false)
  })

  it('does not while scripts that are wanted have not run', () => {
    expect(meets(record, locked, true)).toBe(false)
    expect(meets({ ...record, scriptsRan: true }, locked, true)).toBe(true)
    expect(meets({ ...record, scripts: [] }, locked, true)).toBe(true)
  })

  it('is unknown from a broken record', () => {
    expect(readRecord('{"name":"thing"')).toBeNull()
    expect(readRecord('{"name":"thing"}')).toBeNull()
    expect(readRecord(JSON.stringify(record))).toEqual(record)
  })

  it('compares integrity by an algorithm that both have', () => {
    expect(sameIntegrity('sha512-a sha1-b', 'sha512-a')).toBe(true)
    expect(sameIntegrity('sha512-a', 'sha1-a')).toBe(false)
    expect(sameIntegrity('', '')).toBe(false)
  })

  it("names packages with install scripts from npm's own notes", () => {
    const text = JSON.stringify({
      packages: {
        'node_modules/thing': { version: '1.0.0', integrity: 'sha512-a' },
        'node_modules/x/node_modules/@s/native': { version: '2.0.0', hasInstallScript: true },
      },
    })
    expect(readTree(text, 'thing')).toEqual({ version: '1.0.0', integrity: 'sha512-a', scripts: ['@s/native@2.0.0'] })
    expect(readTree('{}', 'thing')).toBeNull()
    expect(readTree('', 'thing')).toBeNull()
  })
})
