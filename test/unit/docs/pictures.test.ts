import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { linksOf } from '../../docs/links.ts'
import { pages, pathOf } from '../../docs/pages.ts'
import { sidesPictures } from '../../screens/sides.ts'
import { wordsOf } from '../../screens/svg.ts'

const folder = 'test/screens'
const textOf = (name: string): string => readFileSync(pathOf(`${folder}/${name}`), 'utf8')
const names = readdirSync(pathOf(folder)).filter((name) => name.endsWith('.svg'))
const seconds = (text: string): number => Number(/animation:scroll ([\d.]+)s/.exec(text)?.[1])

describe('a picture', () => {
  it.each(names.filter((name) => name.endsWith('-light.svg')))('%s says the same on dark pages', (name) => {
    expect(wordsOf(textOf(name.replace('-light', '-dark')))).toEqual(wordsOf(textOf(name)))
  })
  it('is there for light and dark pages, and shown by a page', () => {
    const shown = new Set(pages().flatMap((page) => linksOf(page).map(({ path }) => path)))
    expect(names.filter((name) => !/-(?:light|dark)\.svg$/.test(name) || !shown.has(`${folder}/${name}`))).toEqual([])
    expect(names.length).toBeGreaterThan(9)
  })
  it.each(sidesPictures())('of the sides is the one that is drawn: $name', ({ name, text }) => expect(textOf(name)).toBe(text))
})

describe('the tour', () => {
  const text = textOf('tour-dark.svg')
  it('takes at most 15 seconds', () => expect(seconds(text)).toBeLessThanOrEqual(15))
  it('shows what both programs have and will have from its beginning, and a config that is written before its middle', () => {
    const still = text.replace(/<svg [^>]*><g class="screen">.*$/s, '')
    const at = (server: string): number[] =>
      [...still.matchAll(new RegExp(`<text [^>]*class="(t\\d+)"[^>]*>${server}<`, 'g'))].map(
        ([, name]) => Number(new RegExp(`@keyframes ${name}\\{0%\\{opacity:0\\}([\\d.]+)%`).exec(text)?.[1]) / 100,
      )
    expect(Math.min(...at('mcp-twin'))).toBeLessThan(0.5)
    expect(at('mcp-twin')).toHaveLength(2)
    expect(still.match(/fill-opacity="\.45">mcp-twin</g)).toHaveLength(2)
  })
})
