import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { specs } from '../../../src/cli/specs/index.ts'
import { cliPath } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { nodePath } from '../../support/machine.ts'
import { lacksStrace } from '../../support/strace.ts'
import { home } from '../support/place.ts'

const folder = fileURLToPath(new URL('../../../dist/page/', import.meta.url))

describe('the files of the page', () => {
  it('stay small: 60 kB for its code and style, and 250 kB for all that the package grows by', () => {
    const sizes = new Map(readdirSync(folder).map((name) => [name, gzipSync(readFileSync(join(folder, name))).length]))
    expect((sizes.get('page.js') ?? Number.NaN) + (sizes.get('page.css') ?? Number.NaN)).toBeLessThanOrEqual(60 * 1024)
    expect([...sizes.values()].reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(250 * 1024)
  })
})

describeUnless(lacksStrace(), 'the files of the page', () => {
  /** Names below `dist/page` that a command opens or looks at. */
  const opened = (args: readonly string[], place: ReturnType<typeof home>): string[] => {
    const log = place.path('opened.log')
    const traced = ['-f', '-qq', '-o', log, '-e', 'trace=open,openat,openat2,stat,lstat,newfstatat,statx,readlink,getdents64']
    const { status } = spawnSync('strace', [...traced, nodePath, cliPath, ...args], {
      ...{ cwd: place.home, env: place.env, input: '', timeout: 100_000 },
    })
    expect([0, 1, 2, 3, 130], args.join(' ')).toContain(status)
    return [...place.read('opened.log').matchAll(/dist\/page["/][^"]*/g)].map(([name]) => name)
  }

  const words = specs
    .filter(({ name }) => name !== 'ui')
    .map(({ name, verbs = [] }) => [name, ...verbs.slice(0, 1).map((verb) => verb.name)])
  it.each([...words, ['--help'], ['sync', '--no-try'], ['memory', 'list']].map((argv) => [argv.join(' '), argv] as const))(
    'are not touched by %s',
    (_, argv) => {
      const place = home()
      place.manifest({ tiny: place.tiny })
      expect(opened(argv, place)).toEqual([])
    },
  )

  it('are what ui reads', async () => {
    // Its port is taken: it has read its page by then, and ends.
    const taken = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void taken.close())
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    expect(opened(['ui', '--no-open', '--port', String(port)], home())).not.toEqual([])
  })
})
