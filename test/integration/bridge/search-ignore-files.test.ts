import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, truncateSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { type Desk, desk } from '../../support/desk.ts'

let at: Desk
afterEach(() => at.close())

const pipe = (path: string) => execFileSync('mkfifo', [path])
const linkToPipe = (path: string) => {
  pipe(join(at.O, 'p'))
  symlinkSync(join(at.O, 'p'), path)
}
const giant = (path: string) => {
  execFileSync('touch', [path])
  truncateSync(path, limits.searchIgnoreFile + 1)
}
const kinds = [
  ['a pipe', pipe],
  ['a link to a pipe', linkToPipe],
  ['a link to /dev/zero', (path: string) => symlinkSync('/dev/zero', path)],
  ['larger than any is', giant],
] as const
const names = ['.gitignore', '.ignore', '.rgignore']
const both = ['search_text', 'search_files'] as const
const needle = { pattern: 'needle', glob: '*' }

/** A desk with a file to find at two depths. */
function searched(): void {
  at = desk()
  at.put('top.txt', 'needle')
  at.put('a/b/deep.txt', 'needle')
}

const ask = (tool: (typeof both)[number], path = at.A) =>
  at.call(tool, tool === 'search_text' ? { path, pattern: needle.pattern } : { path, glob: needle.glob })
const said = async (asked: ReturnType<typeof ask>) => {
  const { content } = await asked
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n')
}

describe.each(kinds)('an ignore file that is %s', (_, put) => {
  it.each(names)('as %s of the folder is refused by name, while other folders can be searched', async (name) => {
    searched()
    put(join(at.A, name))
    for (const tool of both) {
      expect(await said(ask(tool))).toMatch(
        new RegExp(`Nothing was searched: ${name.replace('.', '\\.')} leads to a pipe, a device or more than`),
      )
      expect(await said(ask(tool, join(at.A, 'a')))).toContain('deep.txt')
      expect(await said(ask(tool, join(at.A, 'a/b/deep.txt')))).toContain('deep.txt')
    }
  })
})

describe('an ignore file below', () => {
  it.each(both)('that is a pipe ends %s with a message', async (tool) => {
    searched()
    pipe(join(at.A, 'a/b/.ignore'))
    expect(await said(ask(tool))).toContain('The search was stopped: a/b/.ignore leads to a pipe')
  })

  it('in .git is ignored', async () => {
    searched()
    mkdirSync(join(at.A, '.git/info'), { recursive: true })
    for (const path of ['.git/.ignore', '.git/info/exclude']) pipe(join(at.A, path))
    const text = await said(ask('search_text'))
    expect(text).toContain('top.txt')
    expect(text).toContain('deep.txt')
    expect(text).not.toContain('stopped')
  })
})

describe('git files that lead elsewhere', () => {
  it('are not followed to ignore files', async () => {
    searched()
    mkdirSync(join(at.O, 'elsewhere'))
    pipe(join(at.O, 'elsewhere/commondir'))
    at.put('.git', `gitdir: ${join(at.O, 'elsewhere')}\n`)
    expect(await said(ask('search_text'))).toContain('deep.txt')
  })
})

it('ordinary ignore files, also above the folder, leave out what they name', async () => {
  searched()
  mkdirSync(join(at.A, '.git'))
  at.put('.gitignore', 'deep.txt\n')
  expect(await said(ask('search_text'))).not.toContain('deep.txt')
  expect(await said(ask('search_text', join(at.A, 'a')))).not.toContain('deep.txt')
  mkdirSync(join(at.A, '.ignore'))
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(join(at.A, '.rgignore'), resolve))
  expect(await said(ask('search_text'))).toContain('top.txt')
  await new Promise((resolve) => server.close(resolve))
})
