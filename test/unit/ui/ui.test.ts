import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { makeStep } from '../../../src/core/plan/step.ts'
import { spelled, visible } from '../../../src/ui/escape.ts'
import { createIo } from '../../../src/ui/io.ts'
import { Mask } from '../../../src/ui/mask.ts'
import { noPaint, wantsColour } from '../../../src/ui/paint.ts'
import { progressOn } from '../../../src/ui/progress.ts'
import { silentPrompt } from '../../../src/ui/prompt.ts'
import { describeSteps } from '../../../src/ui/steps.ts'
import { columns, cutPath, cutText, pad, wrap } from '../../../src/ui/width.ts'

const key = 'sk-"quoted"\\and/slashes+0123456789'

describe('a hidden value', () => {
  it.each([
    ['as it is', key],
    ['in JSON', JSON.stringify({ key })],
    ['in a URL', `https://x?k=${encodeURIComponent(key)}`],
    ['in base64', `Basic ${Buffer.from(key).toString('base64')}`],
    ['in hex', Buffer.from(key).toString('hex')],
    ['twice', `${key}${key}`],
  ])('is dots %s', (_how, text) => {
    const mask = new Mask()
    mask.hide(key)
    expect(mask.apply(text)).not.toContain(text.replace(/^Basic /, ''))
    expect(mask.apply(text)).toContain('••••')
    expect(mask.apply('nothing of it')).toBe('nothing of it')
  })

  it('is dots in every stream', () => {
    const written: string[] = []
    const sink = { write: (text: string) => written.push(text) }
    for (const asJson of [true, false]) {
      const io = createIo({ stdout: sink, stderr: sink, paint: noPaint, asJson, quiet: false, verbose: true })
      io.hide(key)
      io.out(key)
      io.note(key)
      io.error(key)
      io.json({ deep: [key] })
      io.progress(key).done(key)
    }
    expect(written.length).toBeGreaterThan(4)
    expect(written.join('')).not.toContain(JSON.stringify(key).slice(1, -1))
    expect(written.join('')).not.toContain(key)
  })
})

describe('a command to type, where a flag named the manifest', () => {
  it.each([
    ['→ mcp-twin sync --adopt takes the edit', "→ mcp-twin sync --manifest 'my own.json' --adopt takes the edit"],
    ['mcp-twin doctor --deep shows more; mcp-twin disable x disables it', null],
    ['→ mcp-twin roots add ~/x', "  mcp-twin roots --manifest 'my own.json' add ~/x"],
    ['→ mcp-twin sync --manifest /other', '  mcp-twin sync --manifest /other'],
    ['→ mcp-twin init --project, in the project', '→ mcp-twin init --project, in the project'],
    ['→ mcp-twin undo', '  mcp-twin undo'],
    ['→ mcp-twin sync --help', '  mcp-twin sync --help'],
  ])('has that flag too, where it works on one: %s', (text, expected) => {
    const written: string[] = []
    const sink = { write: (line: string) => written.push(line) }
    const quiet = { asJson: false, quiet: false, verbose: false, paint: noPaint }
    createIo({ stdout: sink, stderr: sink, ...quiet, manifest: "--manifest 'my own.json'" }).out(text)
    const named = text.replaceAll(/mcp-twin (doctor|disable)/g, "$& --manifest 'my own.json'")
    expect(written.join('')).toBe(`${expected ?? named}\n`)
  })
})

describe('under --json', () => {
  it('nothing but the document is written, and it names its command', () => {
    vi.useFakeTimers()
    const [stdout, stderr]: string[][] = [[], []]
    const sink = (written: string[] = []) => ({ isTTY: true, write: (text: string) => written.push(text) })
    const io = createIo({
      stdout: sink(stdout),
      stderr: sink(stderr),
      paint: noPaint,
      asJson: true,
      quiet: false,
      verbose: true,
      command: 'sync',
    })
    io.note('Waiting …')
    const progress = io.progress('Installing')
    vi.advanceTimersByTime(5000)
    progress.done('Installed')
    io.json({ run: null })
    io.jsonLine({ command: 'logs', line: 1 })
    vi.useRealTimers()
    expect(stderr).toEqual([])
    expect(stdout?.map((text) => JSON.parse(text))).toEqual([
      { command: 'sync', run: null },
      { command: 'logs', line: 1 },
    ])
  })
})

describe('a text of somebody else', () => {
  it('cannot forge a line, move the cursor or hide itself', () => {
    expect(visible('a\u001b[2Jb\nc\rd\u202ee\u200bf')).toBe('a\\u001b[2Jb\\nc\\u000dd\\u202ee\\u200bf')
    expect(spelled('two\nlines')).toBe('two\nlines')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => !/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(visible(text))),
    )
  })
})

describe('a moving line', () => {
  it.each([0, 1, 8, 200])('in a terminal that says it has %s columns', (columns) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    const written: string[] = []
    const sink = { isTTY: true, columns, write: (text: string) => written.push(text) }
    const line = progressOn(sink, new Mask(), false, 'Installing packages', noPaint)
    vi.advanceTimersByTime(2000)
    line.done()
    vi.useRealTimers()
    expect(written.length).toBeGreaterThan(3)
    expect(written[0]).toContain(columns === 1 || columns === 8 ? '…' : 'Installing packages')
  })
})

describe('a text that is cut', () => {
  it.each([
    ['abcd', 4, 'abcd'],
    ['abcde', 4, 'abc…'],
    ['漢字漢字', 6, '漢字…'],
  ])('fills the room with its mark, and no more: %s in %i', (text, room, cut) => {
    expect(cutText(text, room)).toBe(cut)
  })
})

describe('widths', () => {
  it.each([
    ['abc', 3],
    ['\u001b[31mabc\u001b[39m', 3],
    ['새', 2],
    ['🔑', 2],
    ['e\u0301', 1],
    ['', 0],
  ])('%j takes %i columns', (text, expected) => {
    expect(columns(text)).toBe(expected)
    expect(columns(pad(text, 10))).toBe(10)
  })

  it.each([
    ['C:\\Users\\Ana\\AppData\\Roaming\\Claude\\claude_desktop_config.json', 44, 'C:\\Users\\Ana\\…\\claude_desktop_config.json'],
    ['~/.claude.json', 40, '~/.claude.json'],
    ['/very/long/path/to/some/file.json', 20, '/very/…/file.json'],
  ])('%s is cut in the middle', (path, width, expected) => {
    expect(cutPath(path, width)).toBe(expected)
  })

  it('a cut path never is wider than asked, and keeps its end', () => {
    const part = fc.stringMatching(/^[a-z새 .]{1,12}$/)
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 8 }),
        fc.constantFrom('/', '\\'),
        fc.integer({ min: 10, max: 80 }),
        (parts, separator, width) => {
          const path = parts.join(separator)
          expect(columns(cutPath(path, width))).toBeLessThanOrEqual(width)
          if (columns(path) <= width) expect(cutPath(path, width)).toBe(path)
        },
      ),
    )
  })

  it('wrapped lines hold every word, none wider than asked unless one word is', () => {
    // Vowels make no command, which would stay in one piece.
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[aeiou]{1,12}$/), { minLength: 1 }), fc.integer({ min: 12, max: 60 }), (words, room) => {
        const lines = wrap(words.join(' '), room)
        expect(lines.join(' ')).toBe(words.join(' '))
        for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(room)
      }),
    )
  })
})

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
describe('the steps of a sync', () => {
  const file = 'C:\\Users\\Ana\\AppData\\Roaming\\Claude\\claude_desktop_config.json'
  const at = { environment: 'windows', client: 'claude-desktop', file }
  const steps = [
    makeStep({ kind: 'install', environment: 'windows', change: 'add', outcome: 'done', reason: 'tavily-mcp 0.2.22' }),
    makeStep({ kind: 'write', ...at, server: 'tavily', change: 'add', outcome: 'done' }),
    makeStep({ kind: 'remove', ...at, server: 'old', change: 'remove', outcome: 'done' }),
    makeStep({
      kind: 'refuse',
      ...at,
      server: 'files',
      reason: 'edited by hand since the last sync: - args: ["/home/ana/shared"]; + args: ["/home/ana/shared", "/home/ana/notes"]',
      hint: 'to take the edit into both: mcp-twin sync --adopt; to put ours back: mcp-twin sync --force',
    }),
    makeStep({
      kind: 'refuse',
      environment: 'windows',
      client: 'cursor',
      file: 'C:\\Users\\Ana\\.cursor\\mcp.json',
      reason: 'a comma is missing (line 14, column 5)',
      hint: 'fix it by hand, then: mcp-twin sync --client cursor',
    }),
  ]

  it.each([50, 80, 120])('fit into %i columns; each trouble ends in the command that fixes it', (width) => {
    const lines = describeSteps(steps, labels, noPaint, width)
    for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(width)
    const text = lines.join('\n')
    expect(text).toContain('Claude Desktop (Windows)')
    for (const word of ['tavily-mcp 0.2.22', '+ tavily', '- old', '✗ files', 'line 14, column 5', '--adopt', '--force', '--client cursor'])
      expect(text).toContain(word)
  })
})

describe('colour', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [true, { TERM: 'dumb' }, false],
    [false, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ])('terminal %s with %j: %s', (terminal, variables, expected) => {
    expect(wantsColour(terminal, variables)).toBe(expected)
  })
})

describe('a prompt that may not ask', () => {
  it('names the flag that answers', async () => {
    const prompt = silentPrompt('Not a terminal')
    expect(prompt.able).toBe(false)
    await expect(prompt.confirm('Remove it?', { flag: '--yes' })).rejects.toMatchObject({
      exit: 2,
      message: 'Not a terminal: pass --yes to confirm "Remove it?"',
    })
    await expect(prompt.secret('Value of K', { flag: '--secrets FILE' })).rejects.toMatchObject({
      hint: expect.stringContaining('--secrets FILE'),
    })
  })
})
