import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { pathOf } from '../../docs/pages.ts'
import { dayPictures, tourPictures } from '../../screens/shots.ts'
import { wordsOf } from '../../screens/svg.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksTerminal } from '../../support/terminal.ts'
import { firstDayHere } from './ground.ts'

/** What differs from run to run, or is of a server that is not ours: times, versions, tools, paths that are cut, where node is. */
const masked = (line: string): string =>
  (/mcp-twin|bridge/.test(line) ? line : line.replace(/\b\d+ tools?\b/, 'N tools'))
    .replace(/\b\d+(?:\.\d+)? m?s\b/g, 'T')
    .replace(/\b\d+\.\d+\.\d+\b/g, 'V')
    .replace(/^(node) \/\S+$/, '$1 /…')
    .replace(/\S*…\S*/g, '…')

/** The words of a picture; where a line is broken depends on versions and times. */
const said = (picture: string): string => wordsOf(picture).map(masked).join('\n').replace(/\s+/g, ' ')

describeUnless(lacksTerminal, 'the pictures of the pages', () => {
  it.each([
    ['of a day', dayPictures],
    ['of the tour', tourPictures],
  ])('%s show what the program says now', async (_, take) => {
    const pictures = await take(await firstDayHere())
    expect(pictures.length).toBeGreaterThan(1)
    for (const { name, text } of pictures) expect(said(text), name).toBe(said(readFileSync(pathOf(`test/screens/${name}`), 'utf8')))
  })
})

describe('what is masked in them', () => {
  it.each([
    ['✓ memory Ubuntu answers, 9 tools (1.2 s)', '✓ memory Ubuntu answers, N tools (T)'],
    ['✓ mcp-twin Ubuntu answers, 39 tools (1 s)', '✓ mcp-twin Ubuntu answers, 39 tools (T)'],
    ['node /usr/bin/node', 'node …'],
    ['+ Ubuntu, Windows tavily-mcp 0.2.22', '+ Ubuntu, Windows tavily-mcp V'],
  ])('%s', (line, shown) => expect(masked(line)).toBe(shown))
})
