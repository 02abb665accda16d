import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { nodePath, projectFolder } from '../../support/machine.ts'
import { scratch } from '../../support/scratch.ts'
import { npmIn, type Packed, pack } from './packed.ts'

const files = scratch()
/** The published package, installed by npm into an empty folder. */
let installed: string
let packed: Packed['files']
const version = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')).version

beforeAll(async () => {
  const made = pack(files)
  packed = made.files
  installed = await made.install('empty')
})

describe('the package', () => {
  it('holds the program and nothing else', () => {
    const paths = packed.map(({ path }) => path)
    for (const needed of [
      'package.json',
      'LICENSE',
      'README.md',
      'bin/mcp-twin.mjs',
      'bin/launcher.mjs',
      'dist/main.mjs',
      'dist/id.txt',
      'dist/THIRD-PARTY.txt',
    ]) {
      expect(paths).toContain(needed)
    }
    expect(paths.filter((path) => !/^(package\.json|LICENSE|README\.md|bin\/|dist\/|templates\/)/.test(path))).toEqual([])
  })

  it('brings no other packages than binaries for this platform', () => {
    const modules = join(files.root, 'empty', 'node_modules')
    const { dependencies = {}, optionalDependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
    expect(dependencies).toEqual({})
    expect(readdirSync(modules).filter((name) => !name.startsWith('.'))).toEqual(['@libsql', '@vscode', 'mcp-twin'])
    const [binary = '', ...more] = readdirSync(join(modules, '@vscode'))
    expect(more).toEqual([])
    expect(optionalDependencies).toHaveProperty(`@vscode/${binary}`)
    // npm installs those for either C library.
    for (const name of readdirSync(join(modules, '@libsql'))) expect(optionalDependencies).toHaveProperty(`@libsql/${name}`)
    expect(npmIn(files, ['exec', '--offline', '--', 'mcp-twin', '--version'], join(files.root, 'empty')).trim()).toBe(version)
  })
})

describe('the built program', () => {
  const help = (root: string) => execFileSync(nodePath, [join(root, 'bin', 'mcp-twin.mjs'), '--help'], { encoding: 'utf8', env: files.env })

  it('keeps its compiled code beside itself, and does without where that is damaged or not to be had', () => {
    const root = join(files.root, 'copy')
    cpSync(installed, root, { recursive: true })
    // Without the printed page the whole command line has to be loaded.
    rmSync(join(root, 'dist', 'help.txt'))
    const text = help(root)
    expect(text).toContain('Usage: mcp-twin')
    const kept = join(root, '.cache', 'compiled')
    const compiled = () => readdirSync(kept, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.cjs'))
    expect(compiled().length).toBeGreaterThan(0)
    expect(help(root)).toBe(text)
    for (const damage of [(bytes: Buffer) => bytes.subarray(0, 100), () => Buffer.alloc(0), () => Buffer.alloc(5000)]) {
      for (const name of compiled()) writeFileSync(join(kept, name), damage(readFileSync(join(kept, name))))
      expect(help(root)).toBe(text)
    }
    rmSync(kept, { recursive: true })
    writeFileSync(kept, 'a file in the way')
    expect(help(root)).toBe(text)
  })
})
