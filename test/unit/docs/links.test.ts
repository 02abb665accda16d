import { describe, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { anchorsOf, filesIn, foldersIn, isFile, isPathOf, linksOf, pathsIn, scriptsIn } from '../../docs/links.ts'
import { filesBelow, isThere, pages, pathOf } from '../../docs/pages.ts'

const all = pages()
const files = filesBelow('src', 'test', 'bin', 'templates')
const scripts = new Set(Object.keys((JSON.parse(readFileSync(pathOf('package.json'), 'utf8')) as { scripts: object }).scripts))

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
  it.each(all)('$path names files of ours that are there', (page) => {
    expect(filesIn(page).filter((name) => !isFile(name, files))).toEqual([])
  })
  it('that is a map of src names folders that are there', () => {
    const map = all.filter(({ path }) => path === 'src/README.md')
    expect(map.flatMap(foldersIn).length).toBeGreaterThan(40)
    expect(map.flatMap(foldersIn).filter((name) => !files.some((file) => file.includes(`/${name}`)))).toEqual([])
  })
  it.each(all)('$path has npm run what it can', (page) => {
    expect(scriptsIn(page).filter((name) => !scripts.has(name))).toEqual([])
  })
  it('of docs is reached from the list of all pages', () => {
    const listed = new Set(all.filter(({ path }) => path === 'docs/README.md').flatMap((page) => linksOf(page).map(({ path }) => path)))
    expect(
      all.map(({ path }) => path).filter((path) => path.startsWith('docs/') && path !== 'docs/README.md' && !listed.has(path)),
    ).toEqual([])
  })
})
