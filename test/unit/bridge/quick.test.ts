import { describe, expect, it } from 'vitest'
import { readQuickly } from '../../../src/cli/quick.ts'
import { parse } from '../../../src/cli/program.ts'
import { COMMON, namesOf } from '../../../src/model/command-line.ts'
import { serve } from '../../../src/cli/specs/serve.ts'

/** The same numbers every time, so that a line that fails can be found again (a linear congruential generator). */
function random(seed: number) {
  let state = seed
  const below = (most: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((state / 2 ** 31) * most)
  }
  return { pick: (from: readonly string[]): string => from[below(from.length)] ?? '', chance: (part: number) => below(1000) < part * 1000 }
}

const full = (argv: string[]) => {
  const parsed = parse([serve], '0', argv, { out: () => undefined })
  return parsed.kind === 'command' ? { common: parsed.common, options: parsed.options } : null
}

describe('the short way to read the command line of serve', () => {
  it.each([
    [],
    ['--client', 'claude-code'],
    ['--client=claude-code', '--read-only'],
    ['--http'],
    ['--http', '5000', '--terminal', 'sandbox'],
    ['--http=5000', '--root', '/a', '--root', '/b,c', '--tools', 'files,search', '--tools', 'bridge'],
    ['--manifest', '/x', '--listen', '::1', '--insecure'],
    ['--tools', 'files, memory', '--client', ' claude-code'],
  ])('reads %j %j %j %j %j %j as the full one does', (...words) => {
    const argv = ['serve', ...words]
    expect(readQuickly(serve, argv)).toEqual(full(argv))
  })
  it('reads every line that it reads as the full one does', () => {
    const { pick, chance } = random(7)
    const words = [
      'files',
      'files, memory',
      ' claude-code',
      'a,b',
      ',',
      '',
      '4324',
      '-1',
      '-',
      'off',
      'sandbox',
      'maybe',
      '/x y',
      '--http',
      '--',
    ]
    const flags = [...serve.options, ...COMMON].flatMap(namesOf)
    const one = () => {
      const flag = chance(0.05) ? pick(['--nope', '--no-http', 'word', '-q']) : pick(flags)
      return chance(0.3) ? [`${flag}=${pick(words)}`] : chance(0.7) ? [flag, pick(words)] : [flag]
    }
    let read = 0
    for (let run = 0; run < 3000; run++) {
      const argv = ['serve', ...Array.from({ length: run % 5 }, one).flat()]
      const quick = readQuickly(serve, argv)
      if (quick === null) continue
      read++
      expect([argv, quick]).toEqual([argv, full(argv)])
    }
    expect(read).toBeGreaterThan(600)
  })

  it.each([
    ['--help'],
    ['-h'],
    ['--json'],
    ['--nope'],
    ['--terminal', 'maybe'],
    ['--terminal'],
    ['--root'],
    ['--read-only=yes'],
    ['word'],
    ['--client', '--http'],
    ['--', '--http'],
    ['-q'],
    ['--terminal='],
  ])('leaves %j %j to the full one', (...words) => {
    expect(readQuickly(serve, ['serve', ...words])).toBeNull()
  })
  it('leaves a flag that switches something off to the full one, which knows what it sets', () => {
    const spec = { ...serve, options: [...serve.options, { flags: '--no-hints', description: 'no hints' }] }
    expect(readQuickly(spec, ['serve', '--no-hints'])).toBeNull()
  })
})
