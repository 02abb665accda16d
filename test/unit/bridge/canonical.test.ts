import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { canonical } from '../../../src/bridge/policy/canonical.ts'
import { CanonicalList } from '../../../src/bridge/policy/canonical-list.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'canonical-')))
afterAll(() => rmSync(root, { recursive: true, force: true }))
mkdirSync(join(root, 'folder/below'), { recursive: true })
writeFileSync(join(root, 'folder/file'), '')
symlinkSync('folder', join(root, 'link'))
symlinkSync('nowhere', join(root, 'dangling'))
symlinkSync('circle', join(root, 'circle'))

/** What the list says of one path alone, by the long way: the canonical form of what is there, then what is missing. */
const alone = async (path: string): Promise<string> => {
  const found = await canonical(path).catch(() => null)
  return found === null ? path : join(found.real, ...found.missing)
}

describe('a list of paths of which most are missing', () => {
  it('is what each of them is alone, whatever it lies in', async () => {
    const parts = ['', '/folder', '/link', '/dangling', '/circle', '/missing', '/folder/file', '/link/below', '/folder/../link']
    const paths = ['/folder/one/', '/link/one/two/']
      .map((end) => root + end)
      .concat(parts.flatMap((part) => ['', '/below', '/file', '/one', '/one/two'].map((end) => `${root}${part}${end}`)))
    expect(await new CanonicalList(paths).all()).toEqual(await Promise.all(paths.map(alone)))
  })
})
