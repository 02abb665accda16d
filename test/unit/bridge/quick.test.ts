import { describe, expect, it } from 'vitest'
import { readQuickly } from '../../../src/cli/quick.ts'
import { parse } from '../../../src/cli/program.ts'
import { serve } from '../../../src/cli/specs/serve.ts'

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
  ])('reads %j %j %j %j %j %j as the full one does', (...words) => {
    const argv = ['serve', ...words]
    expect(readQuickly(serve, argv)).toEqual(full(argv))
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
})
