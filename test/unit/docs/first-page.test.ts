import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { pages, pathOf, proseOf } from '../../docs/pages.ts'

const page = pages().find(({ path }) => path === 'README.md') ?? { path: '', text: '' }

/** Paragraphs, items of lists and rows of tables, each on one line. */
const paragraphs = proseOf(page)
  .join('\n')
  .split(/\n\s*\n|\n(?=[-|] ?|#)/)
  .map((text) => text.replaceAll('\n', ' ').trim())
  .filter((text) => !text.startsWith('<') && !text.startsWith('!['))

describe('the first page', () => {
  it('has at most 150 lines', () => expect(page.text.trimEnd().split('\n').length).toBeLessThanOrEqual(150))
  it('has no paragraph of more than 400 characters', () => {
    expect(paragraphs.filter(({ length }) => length > 400)).toEqual([])
    expect(paragraphs.length).toBeGreaterThan(50)
  })
})

describe('the version', () => {
  const json = (path: string) => JSON.parse(readFileSync(pathOf(path), 'utf8'))
  it('is the same in the package, its lock and the list of changes', () => {
    const { version } = json('package.json')
    expect(json('package-lock.json').version).toBe(version)
    expect(json('package-lock.json').packages[''].version).toBe(version)
    expect([...readFileSync(pathOf('CHANGELOG.md'), 'utf8').matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual([
      'Unreleased',
      version,
    ])
  })
})
