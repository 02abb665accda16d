import { execFileSync } from 'node:child_process'
import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { keyed, type MissingPlace, missingPlace, published } from './missing.ts'

let place: MissingPlace

function swap(path: string, target: string): void {
  rmSync(path, { recursive: true })
  symlinkSync(target, path)
}

describe('what is installed for a project', () => {
  const file = (...parts: string[]) => place.npm('pkg@1.0.0', ...parts)
  const run = () => cli(place.home, ['run', '--project=.', 'tool'], { cwd: place.site })
  // Installed once; each test gets it back as it was, at the same path.
  beforeAll(async () => {
    place = await missingPlace()
    await place.project({ tool: keyed('pkg@1.0.0') }, published(place.registry, 'pkg', 'console.log("started")'))
    expect(await run()).toMatchObject({ code: 0, stdout: 'started\n' })
    execFileSync('cp', ['-a', place.home.home, `${place.home.root}/kept`])
  })
  beforeEach(() => {
    rmSync(place.home.home, { recursive: true })
    execFileSync('cp', ['-a', `${place.home.root}/kept`, place.home.home])
    place.registry.requests.length = 0
  })
  afterAll(() => place.registry.close())

  it('is started again without a word or a request', async () => {
    expect(await run()).toMatchObject({ code: 0, stdout: 'started\n', stderr: '' })
    expect(place.registry.requests).toEqual([])
  })

  it.each<[string, () => void]>([
    [
      'its script is a link out of the package',
      () => swap(file('node_modules/pkg/server.js'), place.home.write('other.js', 'console.log("evil")')),
    ],
    ['its folder is a link', () => swap(file('node_modules/pkg'), join(place.home.write('other/server.js', 'console.log("evil")'), '..'))],
    [
      'all of its packages are a link',
      () => swap(file('node_modules'), join(place.home.write('nm/pkg/server.js', 'console.log("evil")'), '../..')),
    ],
    ['it is another package', () => writeFileSync(file('node_modules/pkg/package.json'), '{"name":"other","version":"1.0.0"}')],
    ['it is another version', () => writeFileSync(file('node_modules/pkg/package.json'), '{"name":"pkg","version":"1.0.1"}')],
    ['it says nothing of itself', () => rmSync(file('node_modules/pkg/package.json'))],
  ])('is not started when %s', async (_, change) => {
    change()
    const { code, stdout, stderr } = await run()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('"tool" is not started')
    expect(stderr).toContain(`remove ${file()}`)
    expect(place.registry.requests).toEqual([])
  })

  it.each<[string, () => void]>([
    ['its note is gone', () => rmSync(file('installed.json'))],
    [
      'its note tells of another digest',
      () => writeFileSync(file('installed.json'), '{"name":"pkg","version":"1.0.0","integrity":"sha512-AAAA"}'),
    ],
    ['its script is gone', () => rmSync(file('node_modules/pkg/server.js'))],
  ])('is installed again when %s', async (_, change) => {
    change()
    expect(await run()).toMatchObject({ code: 0, stdout: 'started\n' })
    expect(place.registry.requests).not.toEqual([])
  })
})
