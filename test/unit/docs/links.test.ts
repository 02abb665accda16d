import { describe, expect, it } from 'vitest'
import { anchorsOf, isPathOf, linksOf, pathsIn } from '../../docs/links.ts'
import { isThere, pages } from '../../docs/pages.ts'

const all = pages()

describe('a page', () => {
  it.each(all)('$path links to what is there', (page) => {
    const broken = linksOf(page).filter(({ path, anchor }) => {
      if (!isThere(path)) return true
      const target = all.find((each) => each.path === path)
      return anchor !== '' && (target === undefined || !anchorsOf(target).includes(anchor))
    })
    expect(broken.map(({ written }) => written)).toEqual([])
  })
  it.each(all)('$path names paths of the repository that are there', (page) => {
    expect(pathsIn(page).filter((path) => !isPathOf(page, path))).toEqual([])
  })
  it('of docs is reached from the list of all pages', () => {
    const listed = new Set(all.filter(({ path }) => path === 'docs/README.md').flatMap((page) => linksOf(page).map(({ path }) => path)))
    expect(
      all.map(({ path }) => path).filter((path) => path.startsWith('docs/') && path !== 'docs/README.md' && !listed.has(path)),
    ).toEqual([])
  })
})
