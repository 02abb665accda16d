import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { arch } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { binariesFor, type Binary, lackedBy, ownBinary } from '../../../src/effects/packages/self-binaries.ts'
import { environmentSchema } from '../../../src/model/environment.ts'
import { native, reachable } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { projectFolder } from '../../support/machine.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'

const system = nodeSystem()
const named = (optional: object) => JSON.stringify({ optionalDependencies: optional })

describe('the optional dependencies of a package.json', () => {
  it('are for the platform and the processor that their names end in', () => {
    const text = named({
      '@acme/tool-win32-x64': '1.2.3',
      '@acme/tool-win32-arm64': '1.2.3',
      '@acme/tool-linux-x64': '1.2.3',
      'other-tool-win32-ia32': '4.0.0',
      '@store/win32-x64-msvc': '5.0.0',
      '@store/linux-x64-musl': '5.0.0',
      'for-linux-users': '1.0.0',
      plain: '1.0.0',
    })
    expect(binariesFor(text, 'win32')).toEqual([
      { name: '@acme/tool-win32-x64', version: '1.2.3', kind: '@acme/tool', arch: 'x64' },
      { name: '@acme/tool-win32-arm64', version: '1.2.3', kind: '@acme/tool', arch: 'arm64' },
      { name: 'other-tool-win32-ia32', version: '4.0.0', kind: 'other-tool', arch: 'ia32' },
      { name: '@store/win32-x64-msvc', version: '5.0.0', kind: '@store', arch: 'x64' },
    ])
    expect(binariesFor(text, 'linux')[1]).toEqual({
      name: '@store/linux-x64-musl',
      version: '5.0.0',
      kind: '@store',
      arch: 'x64',
      libc: 'musl',
    })
    expect(binariesFor(text, 'darwin')).toEqual([])
    expect(binariesFor('{}', 'linux')).toEqual([])
  })

  it('hold, in our own, one binary for each platform and processor, in exact versions', () => {
    const own = readFileSync(join(projectFolder, 'package.json'), 'utf8')
    for (const platform of ['win32', 'linux', 'darwin']) {
      const found = binariesFor(own, platform)
      expect(found.flatMap((each) => (each.kind === '@vscode/ripgrep' ? [each.arch] : [])).sort()).toEqual(['arm64', 'x64'])
      expect(found.map((each) => each.kind)).toContain('@libsql')
      for (const { version } of found) expect(version).toMatch(/^\d+\.\d+\.\d+$/)
    }
  })
})

let place: Scratch
beforeEach(() => {
  place = scratch()
})
/** A package in a `node_modules` below the home folder. */
const put = (folder: string, name: string, text: string) => {
  const at = place.path(folder, 'node_modules', ...name.split('/'))
  mkdirSync(at, { recursive: true })
  writeFileSync(join(at, 'package.json'), text)
  return at
}
const version = (text: string) => JSON.stringify({ version: text })

describe('a version folder', () => {
  const linux = environmentSchema.parse({ id: 'other', kind: 'linux', user: 'u', home: '/', files: [{ native: '/', here: '/' }] })
  const lacked = (environment = linux) => lackedBy(system, environment, reachable(place.home), native(place.path('app')))
  const kinds = async (environment = linux) => (await lacked(environment)).map(({ name }) => name)

  it('lacks nothing when one binary of each kind is there in the right version', async () => {
    place.write('package.json', named({ 'a-linux-x64': '1.0.0', 'a-linux-arm64': '1.0.0', 'b-linux-x64': '2.0.0', 'c-win32-x64': '3.0.0' }))
    expect(await kinds()).toEqual(['a-linux-x64', 'a-linux-arm64', 'b-linux-x64'])
    put('app', 'a-linux-arm64', version('1.0.0'))
    put('app', 'b-linux-x64', version('1.9.9'))
    expect(await kinds()).toEqual(['b-linux-x64'])
    put('app', 'b-linux-x64', version('2.0.0'))
    expect(await kinds()).toEqual([])
  })

  it('on the own side is for this very processor', async () => {
    const [ours, theirs] = [`a-${system.platform}-${arch()}`, `a-${system.platform}-other`]
    place.write('package.json', named({ [ours]: '1.0.0', [theirs]: '1.0.0' }))
    put('app', theirs, version('1.0.0'))
    expect(await kinds({ ...linux, self: true })).toEqual([ours])
  })

  it('has the C library of its own side, of another the usual one', async () => {
    place.write('package.json', named({ [`@s/linux-${arch()}-gnu`]: '1.0.0', [`@s/linux-${arch()}-musl`]: '1.0.0' }))
    expect(await kinds()).toEqual([`@s/linux-${arch()}-gnu`])
  })

  it('needs no SQLite where node has one', async () => {
    place.write('package.json', named({ '@libsql/linux-x64-gnu': '1.0.0' }))
    expect(await kinds({ ...linux, nodeVersion: '20.20.2' })).toHaveLength(1)
    expect(await kinds({ ...linux, nodeVersion: 'v22.13.0' })).toEqual([])
  })

  it('of a program without package.json lacks nothing', async () => {
    expect(await lacked()).toEqual([])
  })
})

describe('the binary that a program finds for itself', () => {
  const binary: Binary = { name: '@acme/tool-linux-x64', version: '1.0.0', kind: '@acme/tool', arch: 'x64' }
  const found = () => ownBinary(system, reachable(place.path('a', 'node_modules', 'program')), binary)

  it('is in the nearest node_modules upwards, links followed', async () => {
    expect(await found()).toBeNull()
    const far = put('.', binary.name, version('1.0.0'))
    expect(await found()).toBe(far)
    const stored = put('store', binary.name, version('1.0.0'))
    const near = place.path('a', 'node_modules', '@acme', 'tool-linux-x64')
    mkdirSync(dirname(near), { recursive: true })
    symlinkSync(stored, near)
    expect(await found()).toBe(stored)
    const own = put('a/node_modules/program', binary.name, version('1.0.0'))
    expect(await found()).toBe(own)
  })

  it('is none where the nearest one has another version, even if a farther one fits', async () => {
    put('.', binary.name, version('1.0.0'))
    put('a', binary.name, version('2.0.0'))
    expect(await found()).toBeNull()
  })

  it('is looked for past what cannot be read as a package', async () => {
    const far = put('.', binary.name, version('1.0.0'))
    put('a', binary.name, 'not JSON')
    mkdirSync(place.path('a', 'node_modules', 'program', 'node_modules', binary.name, 'package.json'), { recursive: true })
    expect(await found()).toBe(far)
  })
})
