import { describe, expect, it } from 'vitest'
import { locateDesktop } from '../../../src/effects/world/desktop-file.ts'
import { windows } from '../paths/sides.ts'
import { fake } from './fake.ts'

const side = windows({ files: [{ native: 'C:\\', here: '/c/' }] })
const name = 'claude_desktop_config.json'
const local = '/c/Users/Ana/AppData/Local'
const classic = `/c/Users/Ana/AppData/Roaming/Claude/${name}`
const msix = (family: string) => `${local}/Packages/${family}/LocalCache/Roaming/Claude/${name}`
const native = (here: string) => `C:${here.slice(2).replaceAll('/', '\\')}`

const locate = (files: readonly string[], override?: string, times: Record<string, number> = {}) =>
  locateDesktop(fake({ files: Object.fromEntries(files.map((path) => [path, ''])), times }), side, override)

describe("Claude Desktop's live file", () => {
  it.each([
    ['nothing there: the classic place', [], 'classic', classic, []],
    ['the classic file', [classic], 'classic', classic, []],
    ['one package shadows it', [classic, msix('Claude_pzs8')], 'msix', msix('Claude_pzs8'), [classic]],
    ['a package without file does not', [classic, `${local}/Packages/Claude_pzs8/`], 'classic', classic, []],
    ['a package without file, and nothing else', [`${local}/Packages/Claude_pzs8/`], 'msix', msix('Claude_pzs8'), []],
    ['one package with a file and one without', [msix('Claude_a'), `${local}/Packages/Claude_b/`], 'msix', msix('Claude_a'), []],
    ['packages of other programs', [`${local}/Packages/ClaudeX_a/LocalCache/Roaming/Claude/${name}`, classic], 'classic', classic, []],
    [
      'the newest folder wins',
      [`${local}/Claude-Data/claude_x/${name}`, msix('Claude_a'), classic],
      'claude-data',
      `${local}/Claude-Data/claude_x/${name}`,
      [msix('Claude_a'), classic],
    ],
    [
      'even without a file in it',
      [`${local}/claude-data/Claude/`, classic],
      'claude-data',
      `${local}/claude-data/Claude/${name}`,
      [classic],
    ],
    ['other folders beside it', [`${local}/Claude-Data/logs/${name}`, classic], 'classic', classic, []],
  ])('%s', async (_, files, rule, file, stale) => {
    expect(await locate(files)).toEqual({ rule, file: native(file), stale: stale.map(native) })
  })

  it('is found in folders of any case', async () => {
    const odd = `${local}/packages/CLAUDE_x/localcache/ROAMING/claude/Claude_Desktop_Config.json`
    expect(await locate([odd])).toMatchObject({ rule: 'msix', file: native(odd) })
  })

  it('is the last written one of several new folders', async () => {
    const [one, two] = ['claude', 'claude_2'].map((folder) => `${local}/Claude-Data/${folder}/${name}`) as [string, string]
    expect(await locate([one, two], undefined, { [one]: 5, [two]: 9 })).toMatchObject({ file: native(two), stale: [native(one)] })
  })

  it.each([
    ['files', [msix('Claude_a'), msix('Claude_b'), classic]],
    ['folders without a file', [`${local}/Packages/Claude_a/`, `${local}/Packages/Claude_b/`]],
  ])('is not guessed among several packages with %s', async (_, files) => {
    expect(await locate(files)).toEqual({
      refuse: expect.stringContaining('several packages'),
      candidates: [native(msix('Claude_a')), native(msix('Claude_b'))],
    })
  })

  it('is the one that is named, in either spelling, the others being stale', async () => {
    const files = [msix('Claude_a'), msix('Claude_b'), classic]
    expect(await locate(files, 'D:\\x.json')).toEqual({ rule: 'named', file: 'D:\\x.json', stale: files.map(native) })
    expect(await locate(files, classic)).toEqual({
      rule: 'named',
      file: native(classic),
      stale: [msix('Claude_a'), msix('Claude_b')].map(native),
    })
    expect(await locate([classic], native(classic).toUpperCase())).toMatchObject({ stale: [] })
  })

  it('is named for a Windows that is not reached', async () => {
    expect(await locateDesktop(fake(), windows())).toEqual({ rule: 'classic', file: native(classic), stale: [] })
  })
})
