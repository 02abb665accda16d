import { relative } from 'node:path'
import { chmodSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quoteArgument, resolveProgram } from '../../../src/effects/run/program-path.ts'
import { scratch } from '../../support/scratch.ts'
import { runs } from '../../support/runs.ts'

// What the MCP SDK's own client uses on Windows, and so most programs that start servers.
const crossSpawn: { argument(text: string, twice: boolean): string } = createRequire(import.meta.url)('cross-spawn/lib/util/escape')

describe('a program', () => {
  it('is found on the PATH it will have, where it can be run', () => {
    const home = scratch()
    const [tool, plain] = [home.write('bin/tool', '#!/bin/sh\n', 0o755), home.write('bin/plain', '', 0o644)]
    mkdirSync(home.path('first/tool'), { recursive: true })
    chmodSync(tool, 0o755)
    const PATH = `${home.path('first')}:${home.path('bin')}`
    expect(resolveProgram('tool', ['a'], { PATH })).toEqual({ file: tool, args: ['a'], verbatim: false })
    expect(resolveProgram(tool, [], {})).toMatchObject({ file: tool })
    expect([
      resolveProgram('plain', [], { PATH }),
      resolveProgram(plain, [], {}),
      resolveProgram('nothing', [], { PATH }),
      resolveProgram('tool', [], {}),
    ]).toEqual([null, null, null, null])
  })

  it('is never taken from the working directory, nor from a relative folder of PATH', () => {
    const home = scratch()
    home.write('bin/tool', '#!/bin/sh\n', 0o755)
    const below = relative(process.cwd(), home.path('bin'))
    expect([`${below}:`, `.:${below}`, below].map((PATH) => resolveProgram('tool', [], { PATH }))).toEqual([null, null, null])
  })
})

describe('an argument for a script of Windows', () => {
  it('is quoted as everybody quotes it', () => {
    const characters = fc.constantFrom(...'ab \t"\\%^&|<>()!;,*?[]`\'=$'.split(''))
    fc.assert(
      fc.property(
        fc.array(characters, { maxLength: 12 }).map((all) => all.join('')),
        (text) => {
          expect(quoteArgument(text)).toBe(crossSpawn.argument(text, true))
        },
      ),
      { numRuns: runs(100) },
    )
  })
})
