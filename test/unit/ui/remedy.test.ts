import { describe, expect, it } from 'vitest'
import { commandsApart } from '../../../src/ui/remedy.ts'

describe('a remedy', () => {
  it.each([
    ['is a command: alone on its line', '      → mcp-twin sync', '        mcp-twin sync'],
    [
      'has words before its command: they come first',
      '  ✗ broken\n  → fix line 5 by hand, then: mcp-twin sync --client cursor',
      '  ✗ broken\n  → fix line 5 by hand, then:\n    mcp-twin sync --client cursor',
    ],
    [
      'has several ways: each command has its line',
      '→ to take it: mcp-twin sync --adopt; to put ours back: mcp-twin sync --force',
      '→ to take it:\n  mcp-twin sync --adopt\n→ to put ours back:\n  mcp-twin sync --force',
    ],
    ['has colours', '\u001b[2m→\u001b[22m \u001b[36mmcp-twin sync\u001b[39m', '  \u001b[36mmcp-twin sync\u001b[39m'],
    ['ends in a folder, which is a dot', '→ to take it over: mcp-twin import .', '→ to take it over:\n  mcp-twin import .'],
    ['names other programs', "  → chmod 600 '/a b/c' && mcp-twin sync", "    chmod 600 '/a b/c' && mcp-twin sync"],
  ])('that %s', (_, text, lines) => expect(commandsApart(text)).toBe(lines))

  it.each(['  → quit it fully, and start it again', '  → run the same command with --verbose', '1.0.0 → 2.0.0', 'mcp-twin sync'])(
    'without a command, or no remedy at all, stays as it is: %s',
    (text) => expect(commandsApart(text)).toBe(text),
  )

  it('in a sentence without an arrow has its line too', () => {
    for (const [text, lines] of [
      [
        'Something odd? mcp-twin doctor. Not what you wanted? mcp-twin undo',
        'Something odd?\n  mcp-twin doctor\nNot what you wanted?\n  mcp-twin undo',
      ],
      ['  ! x needs a login → mcp-twin login x', '  ! x needs a login\n    mcp-twin login x'],
      ['2 not in sync: mcp-twin sync. 1 package is up to date.', '2 not in sync:\n  mcp-twin sync\n1 package is up to date.'],
      [
        'mcp-twin: an error. To see it: npx mcp-twin doctor; then: npx mcp-twin sync',
        'mcp-twin: an error. To see it:\n  npx mcp-twin doctor\n  then:\n  npx mcp-twin sync',
      ],
    ] as const)
      expect(commandsApart(text)).toBe(lines)
  })

  it.each(['mcp-twin doctor --deep', '  mcp-twin list   # which program has which server', '  was: npx -y server', '~ x: command, args'])(
    'that is no sentence stays as it is: %s',
    (text) => expect(commandsApart(text)).toBe(text),
  )

  it('that goes on behind its command stays one sentence', () => {
    for (const text of ['→ mcp-twin doctor --deep tells more', '→ type mcp-twin sync', '→ to see it: mcp-twin list shows all'])
      expect(commandsApart(text)).toBe(text)
  })
})
