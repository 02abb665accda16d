import { expect, it } from 'vitest'
import { describeChecks } from '../../../src/commands/trying.ts'
import type { ServerCheck } from '../../../src/effects/sync/checks.ts'

const check = (change: Partial<ServerCheck>): ServerCheck => ({
  server: 'mcp-twin',
  environment: 'linux',
  client: 'cursor',
  ok: true,
  ms: 100,
  tools: 18,
  reason: null,
  stderr: null,
  ...change,
})
const same = (text: string): string => text
const paint = { good: same, bad: same, warn: same, dim: same, strong: same, accent: same }
const labels = { environment: () => 'Linux', client: same, file: (_: string, file: string) => file }
const lines = (checks: ServerCheck[]) => describeChecks(checks, labels, paint, 80)

it('programs of one side that start the bridge alike are one line', () => {
  const checks = [
    check({}),
    check({ client: 'claude-code', ms: 400 }),
    check({ client: 'claude-desktop', ms: 200 }),
    check({ server: 'memory', tools: 9 }),
  ]
  expect(lines(checks)).toEqual([
    'Checked',
    '  ✓ mcp-twin  Linux  answers, 18 tools (0.4 s)',
    '  ✓ memory    Linux  answers, 9 tools (0.1 s)',
  ])
})

it('a bridge that does not answer is nothing to disable, a server is', () => {
  const silent = { ok: false, tools: 0, reason: 'it ended' }
  expect(lines([check(silent), check({})])).toEqual([
    'Checked',
    '  ✗ mcp-twin  Linux  does not answer: it ended',
    '  ✓ mcp-twin  Linux  answers, 18 tools (0.1 s)',
    '      → to see more: mcp-twin doctor --deep',
  ])
  expect(lines([check({ ...silent, server: 'memory' })]).at(-1)).toContain('to disable it: mcp-twin disable memory')
})

it('of a crash of node the line that says what happened is shown', () => {
  const stderr =
    "node:internal/modules/esm/resolve:262\n    throw new Error();\n          ^\n\nError: Cannot find module '/x/gone.mjs'\n    at finalizeResolution (node:internal/x:1:1) {\n  code: 'MODULE_NOT_FOUND',\n  requireStack: []\n}\n\nNode.js v20.20.2\n"
  const said = lines([check({ ok: false, tools: 0, reason: 'it ended', server: 'memory', stderr })])
  expect(said.slice(2, -1)).toEqual(["      Error: Cannot find module '/x/gone.mjs'"])
})
