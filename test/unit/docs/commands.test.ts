import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandLinesOf, troubleOf } from '../../docs/command-lines.ts'
import { commands } from '../../docs/commands.ts'
import { pages, pathOf } from '../../docs/pages.ts'

const named = (spec: (typeof commands)[number]): string[] => [spec.name, ...(spec.aliases ?? []), 'help']

describe('every command line of ours', () => {
  it.each(pages())('on the page $path is one that the program takes', (page) => {
    const wrong = commandLinesOf(page).flatMap((words) => {
      const trouble = troubleOf(words)
      return trouble === null ? [] : [`mcp-twin ${words.join(' ')}: ${trouble}`]
    })
    expect(wrong).toEqual([])
  })
  it('among the examples of help is one that the program takes', () => {
    const examples = commands.flatMap(({ examples: own, verbs = [] }) => [...own, ...verbs.flatMap((verb) => verb.examples)])
    const page = { path: '', text: ['```text', ...examples, '```'].join('\n') }
    expect(commandLinesOf(page).length).toBeGreaterThan(60)
    expect(commandLinesOf(page).flatMap((words) => troubleOf(words) ?? [])).toEqual([])
  })
  it('in a message begins with a command that there is', () => {
    const known = new Set(commands.flatMap(named))
    const sources = readdirSync(pathOf('src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
    const remedies = sources.flatMap((name) => {
      const text = readFileSync(join(pathOf('src'), name), 'utf8')
      return [...text.matchAll(/(?:→ |: |['"`(])(?:npx )?mcp-twin ([a-z]+)/g)].map(([, word = '']) => `${word} ${name}`)
    })
    expect(remedies.length).toBeGreaterThan(100)
    const prose =
      /^(?:is|itself|wrote|could|writes|would|with|was|trusted|took|on|manage|logged|lacks|knows|in|has|from|found|does|cannot|and|again|trigger|contains|asks) /
    expect(remedies.filter((each) => !known.has(each.split(' ')[0] ?? '') && !prose.test(each))).toEqual([])
  })
})
