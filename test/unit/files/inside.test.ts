import { existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeFrom, isWithin } from '../../../src/effects/store/inside.ts'
import { rewriteFile } from '../../../src/effects/store/rewrite.ts'
import { trace } from '../../../src/effects/machine/trace.ts'
import { reachable } from '../../../src/model/path.ts'
import type { Files, System } from '../../../src/model/system.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { addMember, become, folderOf, hasty, targetAt } from '../../support/folder-of.ts'
import { runs } from '../../support/runs.ts'

const system = nodeSystem()

describe('a path with links on it', () => {
  const name = fc.constantFrom('a', 'b', 'c')
  const target = fc.array(fc.oneof(name, fc.constant('..'), fc.constant('.')), { minLength: 1, maxLength: 4 })
  const tree = fc.array(fc.tuple(fc.array(name, { minLength: 1, maxLength: 3 }), fc.option(target, { nil: null })), { maxLength: 8 })

  it('leads where the system says, however its links lead', async () => {
    // Nothing is made beside the folder of the test.
    const around = dirname(folderOf()())
    const strays = () => ['a', 'b', 'c'].filter((each) => lstatSync(join(around, each), { throwIfNoEntry: false }) !== undefined)
    const before = strays()
    await fc.assert(
      fc.asyncProperty(tree, fc.array(name, { minLength: 1, maxLength: 4 }), async (made, asked) => {
        const at = folderOf()
        const root = realpathSync.native(at())
        // A link that was made before may lead out, and what is made behind it stays there.
        const isInside = (path: string) => isWithin(reachable(root), reachable(realpathSync.native(dirname(path))))
        for (const [parts, to] of made) {
          try {
            const paths = to === null ? parts.map((_, end) => at(...parts.slice(0, end + 1))) : [at(...parts)]
            for (const path of paths) {
              if (!isInside(path)) break
              if (to !== null) symlinkSync(to.join('/'), path)
              else if (!existsSync(path)) mkdirSync(path)
            }
          } catch {
            // Something else is there, or its folder is not.
          }
        }
        expect(strays()).toEqual(before)
        const path = reachable(join(at(), ...asked))
        const traced = await trace(system, path)
        // What the system does not follow to its end, we do.
        if (existsSync(path)) expect(traced?.real).toBe(realpathSync.native(path))
      }),
      { numRuns: runs(37) },
    )
  })

  it('is within a folder only by whole names', () => {
    const [folder, ...others] = ['/p', '/p/x', '/p', '/p-evil', '/', '/p/../q', '/p/..x'].map(reachable)
    expect(others.map((path) => isWithin(folder ?? reachable('/'), path))).toEqual([true, true, false, false, false, true])
  })
})

describe('a path below a root', () => {
  it('of which the root itself was replaced by a link leads away', async () => {
    const at = folderOf()
    mkdirSync(at('project'))
    mkdirSync(at('other'))
    expect(await escapeFrom(system, at('project'), at('project', 'f'))).toBeNull()
    rmSync(at('project'), { recursive: true })
    symlinkSync('other', at('project'))
    expect(await escapeFrom(system, at('project'), at('project', 'f'))).toEqual({ by: null, to: at('other', 'f') })
  })

  it('that is named by another name of the root stays inside, and its folders are looked at', async () => {
    const at = folderOf()
    mkdirSync(at('project', 'sub'), { recursive: true })
    mkdirSync(at('out'))
    symlinkSync('project', at('link'))
    expect(await escapeFrom(system, at('project'), at('link', 'sub', 'f'))).toBeNull()
    symlinkSync('../out', at('project', 'gone'))
    expect(await escapeFrom(system, at('project'), at('link', 'gone', 'f'))).toMatchObject({ by: at('link', 'gone'), to: at('out') })
  })
})

/** The same machine, on which something happens right before certain calls of its files, counted from 1. */
function meddled(moments: readonly number[], meddle: () => void): { system: System; calls(): number } {
  let calls = 0
  const files = Object.fromEntries(
    Object.entries(system.files).map(([name, call]) => [
      name,
      (...args: unknown[]) => {
        calls += 1
        if (moments.includes(calls)) meddle()
        return Reflect.apply(call as (...all: unknown[]) => unknown, system.files, args)
      },
    ]),
  ) as unknown as Files
  return { system: hasty({ ...system, files }), calls: () => calls }
}

describe('a folder of a project that is swapped for a link while its file is written', () => {
  const theirs = '{"theirs":1}'
  const place = (withFile: boolean) => {
    const at = folderOf()
    mkdirSync(at('project', 'config'), { recursive: true })
    mkdirSync(at('out'))
    if (withFile) {
      writeFileSync(at('project', 'config', 'f.json'), '{}')
      writeFileSync(at('out', 'f.json'), theirs)
    }
    const swap = () => {
      renameSync(at('project', 'config'), at('away'))
      symlinkSync('../out', at('project', 'config'))
    }
    const back = () => {
      if (!existsSync(at('away'))) return
      rmSync(at('project', 'config'))
      renameSync(at('away'), at('project', 'config'))
    }
    const target = targetAt(at('project', 'config', 'f.json'), { within: at('project') })
    const unharmed = () =>
      withFile ? expect(readFileSync(at('out', 'f.json'), 'utf8')).toBe(theirs) : expect(existsSync(at('out', 'f.json'))).toBe(false)
    return { at, swap, back, target, unharmed }
  }

  it.each([
    ['changed', true],
    ['made', false],
  ])('whichever moment that is, no file outside is %s', async (_, withFile) => {
    for (let n = 1; ; n++) {
      const { swap, target, unharmed } = place(withFile)
      const machine = meddled([n], swap)
      const outcome = await rewriteFile(machine.system, target, addMember('ours', n), null)
      unharmed()
      if (machine.calls() < n) {
        expect(outcome.kind).toBe('written')
        expect(n).toBeGreaterThan(20)
        return
      }
    }
  })

  it('a file that is to be removed neither', async () => {
    for (let n = 1; ; n++) {
      const { swap, target, unharmed } = place(true)
      const machine = meddled([n], swap)
      await rewriteFile(machine.system, target, () => ({ kind: 'remove' }), null)
      unharmed()
      if (machine.calls() < n) return
    }
  })

  it('at the two worst moments and back between them, no file outside is made', async () => {
    const { swap, back, target, unharmed } = place(false)
    const { create, look, rename } = system.files
    const files: Files = {
      ...system.files,
      // The new file is made outside, and every look before the rename finds nothing wrong.
      create: (path, ...rest) => {
        if (/f\.json\.mcp-twin-\d+-/.test(path)) swap()
        return create(path, ...rest)
      },
      look: (path, ...rest) => {
        if (path.includes('mcp-twin-lock')) back()
        return look(path, ...rest)
      },
      rename: (from, to, ...rest) => {
        if (to === target.here) swap()
        return rename(from, to, ...rest)
      },
    }
    expect(await rewriteFile(hasty({ ...system, files }), target, become('{"ours":1}'), null)).toMatchObject({ kind: 'refused' })
    unharmed()
  })

  it('and back, and again, at any moments, no file outside is changed or made', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.uniqueArray(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 }),
        async (withFile, moments) => {
          const { swap, back, target, unharmed } = place(withFile)
          let isAway = false
          const turn = () => {
            if (isAway) back()
            else swap()
            isAway = !isAway
          }
          await rewriteFile(meddled(moments, turn).system, target, become('{"ours":1}'), null)
          unharmed()
        },
      ),
      { numRuns: runs(15) },
    )
  })
})
