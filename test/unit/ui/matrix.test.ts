import { describe, expect, it } from 'vitest'
import type { Matrix } from '../../../src/core/plan/matrix.ts'
import { describeMatrix } from '../../../src/ui/matrix.ts'
import { colours, noPaint } from '../../../src/ui/paint.ts'
import { columns } from '../../../src/ui/width.ts'

const labels = {
  environment: (id: string) => ({ windows: 'Windows', 'wsl:Ubuntu': 'Ubuntu' })[id] ?? id,
  client: (id: string) =>
    ({
      'claude-desktop': 'Claude Desktop',
      'claude-code': 'Claude Code',
      'claude-code-config': 'Claude Code (old file)',
      cursor: 'Cursor',
    })[id] ?? id,
  file: (_environment: string, file: string) => file,
}
const files = [
  { environment: 'windows', client: 'claude-desktop' },
  { environment: 'windows', client: 'cursor' },
  { environment: 'wsl:Ubuntu', client: 'claude-code' },
  { environment: 'wsl:Ubuntu', client: 'claude-code-config' },
]
const states = ['missing', 'off', 'in sync', 'differs'] as const
const matrix: Matrix = {
  servers: [
    {
      name: 'filesystem',
      kind: 'package',
      version: '2026.8.31',
      cells: files.map((file, at) => ({ ...file, state: states[at] ?? 'off' })),
    },
    { name: 'blender', kind: 'command', version: null, cells: files.map((file) => ({ ...file, state: 'not here' })) },
  ],
  unmanaged: [{ environment: 'windows', client: 'claude-desktop', server: 'sql\u001b[31mite' }],
}

describe('the table of servers and programs', () => {
  it.each([80, 120])('fits into %i columns and says every state in a word', (width) => {
    const lines = describeMatrix(matrix, files, labels, noPaint, width)
    for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(width)
    const text = lines.join('\n')
    for (const word of ['! missing', '· off', '✓ in sync', '! differs', '– not here', '? unmanaged', '2026.8.31', 'Windows', 'Ubuntu'])
      expect(text).toContain(word)
    expect(text).not.toContain('\u001b')
  })

  it('looks so', () => {
    expect(describeMatrix(matrix, files, labels, noPaint, 120).join('\n')).toMatchInlineSnapshot(`
      "                             Windows                     Ubuntu
      server            version    Claude Desktop  Cursor      Claude Code  Claude Code (old file)
      filesystem        2026.8.31  ! missing       · off       ✓ in sync    ! differs
      blender                      – not here      – not here  – not here   – not here
      sql\\u001b[31mite             ? unmanaged"
    `)
  })

  it('names the programs that differ, and counts the others, where they are too many for a table', () => {
    const clients = ['claude-desktop', 'cursor', 'claude-code', 'claude-code-old', 'codex', 'vscode', 'zed']
    const many = clients.map((client, at) => ({ environment: at < 2 ? 'windows' : 'wsl:Ubuntu', client }))
    const row = (name: string, stateOf: (at: number) => Matrix['servers'][number]['cells'][number]['state']) => ({
      name,
      kind: 'package' as const,
      version: '2026.8.31',
      cells: many.map((file, at) => ({ ...file, state: stateOf(at) })),
    })
    const wide: Matrix = {
      servers: [row('filesystem', () => 'in sync'), row('tavily', (at) => (at === 1 || at > 4 ? 'missing' : 'in sync'))],
      unmanaged: [{ environment: 'windows', client: 'cursor', server: 'sqlite' }],
    }
    expect(describeMatrix(wide, many, labels, noPaint, 80).join('\n')).toMatchInlineSnapshot(`
      "Programs: Claude Desktop, Cursor (Windows), Claude Code, claude-code-old, codex,
      vscode, zed (Ubuntu)
      filesystem 2026.8.31  ✓ in sync in all 7
      tavily 2026.8.31      ! missing: Cursor (Windows), vscode, zed (Ubuntu)
                            ✓ in sync in the other 4
      sqlite                ? unmanaged: Cursor (Windows)"
    `)
  })

  it('says the same in colour', async () => {
    const paint = await colours()
    const plain = describeMatrix(matrix, files, labels, paint, 120).map((line) => line.replace(/\u001b\[\d+m/g, '').trimEnd())
    expect(plain).toEqual(describeMatrix(matrix, files, labels, noPaint, 120))
  })
})
