import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closedByName } from '../../../src/bridge/policy/closed.ts'
import { ntfsTrouble } from '../../../src/bridge/policy/ntfs.ts'
import { judge, within } from '../../../src/bridge/policy/region.ts'
import { onDrive, spell, understand } from '../../../src/bridge/policy/spelling.ts'
import type { Sides } from '../../../src/bridge/base/settings.ts'
import type { Environment } from '../../../src/model/environment.ts'
import { native } from '../../../src/model/path.ts'
import { runs } from '../../support/runs.ts'

const side = (more: Partial<Environment> & Pick<Environment, 'id' | 'kind'>): Environment => ({
  self: false,
  user: 'ana',
  home: native('/home/ana'),
  files: [],
  running: [],
  ...more,
})
const wslSelf = side({ id: 'wsl:Ubuntu', kind: 'wsl', self: true, distro: 'Ubuntu', mountRoot: '/mnt/' })
const windowsSelf = side({ id: 'windows', kind: 'windows', self: true, home: native('C:\\Users\\Ana') })
const fromWsl: Sides = { self: wslSelf, others: [side({ id: 'windows', kind: 'windows', files: [] })] }
const planted: Sides = { self: wslSelf, others: [side({ id: 'windows', kind: 'windows', files: [{ native: 'C:\\', here: '/w/c/' }] })] }
const fromWindows: Sides = { self: windowsSelf, others: [side({ id: 'wsl:Ubuntu', kind: 'wsl', distro: 'Ubuntu' })] }
const linux: Sides = { self: side({ id: 'linux', kind: 'linux', self: true }), others: [] }

describe('a path in the other spelling', () => {
  it.each([
    ['C:\\x\\y.txt', '/mnt/c/x/y.txt'],
    ['c:/x/y.txt', '/mnt/c/x/y.txt'],
    ['D:\\', '/mnt/d/'],
    ['\\\\wsl.localhost\\Ubuntu\\home\\ana\\x', '/home/ana/x'],
    ['//wsl$/ubuntu/home/ana', '/home/ana'],
    ['~/x', '/home/ana/x'],
    ['notes/x', '/base/notes/x'],
  ])('in WSL %s is %s', (given, expected) => expect(understand(given, fromWsl, '/base')).toBe(expected))
  it('follows a planted mount before the usual one', () => expect(understand('C:\\x', planted, '/base')).toBe('/w/c/x'))
  it.each([
    ['/mnt/c/x/y', 'C:\\x\\y'],
    ['/home/ana/x', '\\\\wsl.localhost\\Ubuntu\\home\\ana\\x'],
    ['\\\\wsl$\\Ubuntu\\home', '\\\\wsl$\\Ubuntu\\home'],
    ['C:/x', 'C:\\x'],
    ['notes\\x', 'C:\\base\\notes\\x'],
  ])('on Windows %s is %s', (given, expected) => expect(understand(given, fromWindows, 'C:\\base')).toBe(expected))
})

describe('a path of this side in the words of another', () => {
  const detected: Sides = {
    self: windowsSelf,
    others: [
      side({
        id: 'wsl:Debian',
        kind: 'wsl',
        distro: 'Debian',
        mountRoot: '/drives/',
        files: [
          { native: '/', here: '\\\\wsl.localhost\\Debian\\' },
          { native: '/drives/c/', here: 'C:\\' },
        ],
      }),
    ],
  }
  it.each([
    ['C:\\Users\\x', '/drives/c/Users/x'],
    ['\\\\wsl.localhost\\Debian\\home\\x', '/home/x'],
    ['D:\\x', '/drives/d/x'],
  ])('Windows %s is %s', (path, expected) => {
    const [linuxSide] = detected.others
    if (linuxSide === undefined) throw new Error('no side')
    expect(spell(path, linuxSide, detected)).toBe(expected)
    expect(understand(expected, detected, 'C:\\base')).toBe(path)
  })
})

describe('Windows paths that are refused', () => {
  it.each([
    ['a device path', '\\\\?\\C:\\O\\s'],
    ['a device', '\\\\.\\PhysicalDrive0'],
    ['a share', '\\\\host\\share\\s'],
    ['a share', '//host/share/s'],
    ['a share', '\\\\wsl.localhost\\Other\\home'],
    ['relative to a drive', 'C:s.txt'],
    ['relative to a drive', 'C:'],
    ['rooted', '\\O\\s'],
  ])('%s: %s', (_row, path) => {
    expect(() => understand(path, fromWsl, '/base')).toThrow()
    expect(() => understand(path, fromWindows, 'C:\\base')).toThrow()
  })
  it.each([
    ['an alternate stream', 'x.txt:ads'],
    ['the data stream', 'x.txt::$DATA'],
    ['a device name', 'NUL'],
    ['a device name with an ending', 'con.txt'],
    ['a device name with an ending', 'COM1.log'],
    ['a device name with an ending', 'aux .txt'],
    ['a blank or dot at the end of a name', 'A. '],
    ['a blank or dot at the end of a name', 'dots...'],
    ['a short alias', 'PROGRA~1'],
    ['a short alias', 'GIT~1.TXT'],
    ['invisible', 'gi\u200bt'],
    ['invisible', '.m\u200dcp.json'],
    ['invisible', '\u202etxt.exe'],
    ['forbidden', 'a|b'],
  ])('%s: the name %s', (_row, name) => expect(ntfsTrouble(name)).not.toBeNull())
  it.each(['x.txt', '.git', 'a b', 'console.txt', 'notes~draft', 'Übung', 'null.txt', 'con-tact', 'می\u200cخواهم.txt', '👩\u200d💻.png'])(
    'the name %s is fine',
    (name) => expect(ntfsTrouble(name)).toBeNull(),
  )
  it('letters in another case name the same folder on a drive', () => {
    const fold = (path: string) => path.toLowerCase()
    expect(within('/mnt/c/Work/X', '/mnt/c/work', fold)).toBe(true)
    expect(within('/mnt/c/workshop', '/mnt/c/work', fold)).toBe(false)
  })
  it('a Windows path where there is no Windows makes no odd file name', () =>
    expect(() => understand('C:\\x', linux, '/base')).toThrow(/no Windows drives/))
  it('a drive is not allowed because it is mounted', () =>
    expect(judge('/mnt/c/Users', { open: ['/home/ana/work'], closed: [], reopened: [] }, (path) => path)).toBe('outside'))
  it('the rules for names hold on mounted drives only', () => {
    expect([
      onDrive('/mnt/c/x', fromWsl),
      onDrive('/mnt/data/x', fromWsl),
      onDrive('/home/x', fromWsl),
      onDrive('/w/c/x', planted),
    ]).toEqual([true, false, false, true])
  })
  it("Claude Desktop's config is closed by its name, since CLAUDE_USER_DATA_DIR may name any folder", () => {
    for (const path of [
      '/mnt/d/claude/claude_desktop_config.json',
      'D:\\claude\\Claude_Desktop_Config.json',
      '/srv/p/claude_desktop_config.json',
    ])
      expect(closedByName(path), path).toBe(true)
    for (const path of ['/srv/p/claude_desktop_config.json.md', '/srv/p/my-claude_desktop_config.json', '/srv/claude_desktop_config/x'])
      expect(closedByName(path), path).toBe(false)
  })
  it('what programs keep in a Windows profile is closed by its name', () => {
    for (const path of [
      '/mnt/c/Users/Ana/AppData/Local/Packages/Claude_abc/LocalCache/x',
      '/home/ana/p/.mcp.json',
      '/x/.claude/settings.local.json',
      'C:\\p\\.vscode\\mcp.json',
      '/mnt/c/users/Ana/.ssh/id',
      'C:\\Users\\Ana\\AppData\\Roaming\\Claude\\claude_desktop_config.json',
      'C:\\Users\\Ana\\AppData\\Local\\Packages\\AnthropicPBC.Claude_fnn82j28hfe8t\\LocalCache\\Roaming\\Claude\\x',
      '/mnt/c/users/ana/appdata/local/packages/anthropicpbc.claude_x/LocalCache/x',
      '/mnt/c/Users/Ana/AppData/Local/Claude-Data/claude_pzs8sxrjxfjjc/x',
    ]) {
      expect(closedByName(path), path).toBe(true)
    }
    expect(['/home/ana/p/mcp.json', '/mnt/c/Users/Ana/sshd/x', '/mnt/c/Users/Ana/AppData/Roaming/Claudette/x'].some(closedByName)).toBe(
      false,
    )
  })
})

describe('any text as a path', () => {
  const places = [fromWsl, fromWindows, linux, planted]
  it('is refused or becomes an absolute path of this side without a NUL', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z]?[:\\/.~ a-z0-9$?*]{0,30}$/)),
        fc.constantFrom(...places),
        (path, place) => {
          let here: string
          try {
            here = understand(path, place, place.self.kind === 'windows' ? 'C:\\base' : '/base')
          } catch {
            return
          }
          expect(here).not.toContain('\0')
          expect(place.self.kind === 'windows' ? /^([A-Za-z]:\\|\\\\wsl)/.test(here) : here.startsWith('/')).toBe(true)
        },
      ),
      { numRuns: runs(400) },
    )
  })
  it('there and back again is the same file', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9 _-]{0,8}[a-z0-9]$/)
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (names) => {
        const windows = fromWsl.others[0]
        if (windows === undefined) throw new Error('no Windows side')
        const path = `/mnt/c/${names.join('/')}`
        expect(understand(spell(path, windows, fromWsl) ?? '', fromWsl, '/base')).toBe(path)
        const own = `/home/${names.join('/')}`
        expect(understand(spell(own, windows, fromWsl) ?? '', fromWsl, '/base')).toBe(own)
      }),
    )
  })
})
