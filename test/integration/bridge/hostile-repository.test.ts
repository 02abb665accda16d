import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createHook } from 'node:async_hooks'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Allowance } from '../../../src/bridge/handoff/repository/allowance.ts'
import { CANARY, type Desk, desk } from '../../support/desk.ts'
import { git, handed, put, repository } from './repository-desk.ts'

let place: Desk
let shop: string
/** How many processes were started since the test began to count. */
let started = 0
const hook = createHook({
  init(_id, type) {
    if (type === 'PROCESSWRAP') started++
  },
})
beforeEach(() => {
  place = desk()
  shop = repository(join(place.A, 'shop'), { f: 'one\n', 'in/g': 'one\n', 'src/h': 'h\n' })
})
afterEach(() => {
  vi.restoreAllMocks()
  return place.close()
})

/** Hands over and says what came of it; nothing of what is closed or lies outside may be in it, and no process may have been started. */
async function attacked(path = shop) {
  started = 0
  hook.enable()
  const result = await handed(place, path).finally(() => hook.disable())
  expect(started).toBe(0)
  expect(JSON.stringify(result)).not.toContain(CANARY)
  return result
}

interface Planted {
  readonly name: string | Buffer
  readonly id: string
  readonly mode?: number
  readonly flags?: number
}

/** An index by hand: git itself would refuse most of these names. */
function plantIndex(entries: readonly Planted[], extension = Buffer.alloc(0)): void {
  const rows = entries
    .map((entry) => ({ ...entry, name: Buffer.from(entry.name) }))
    .sort((a, b) => Buffer.compare(a.name, b.name))
    .map(({ name, id, mode = 0o100644, flags = 0 }) => {
      const row = Buffer.alloc(Math.ceil((62 + name.length + 1) / 8) * 8)
      row.writeUInt32BE(mode, 24)
      Buffer.from(id, 'hex').copy(row, 40)
      row.writeUInt16BE(flags | Math.min(name.length, 0xfff), 60)
      name.copy(row, 62)
      return row
    })
  const head = Buffer.from('DIRC\0\0\0\x02\0\0\0\0', 'latin1')
  head.writeUInt32BE(entries.length, 8)
  writeIndex(Buffer.concat([head, ...rows, extension]))
}

const writeIndex = (bytes: Buffer): void =>
  writeFileSync(join(shop, '.git/index'), Buffer.concat([bytes, createHash('sha1').update(bytes).digest()]))

/** An object by hand, with the name that its content gives it or another one. */
function plantObject(kind: string, bytes: Buffer, as?: string, size = bytes.length): string {
  const whole = Buffer.concat([Buffer.from(`${kind} ${size}\0`), bytes])
  const id = as ?? createHash('sha1').update(whole).digest('hex')
  rmSync(join(shop, '.git/objects', id.slice(0, 2), id.slice(2)), { force: true })
  put(shop, { [`.git/objects/${id.slice(0, 2)}/${id.slice(2)}`]: deflateSync(whole) })
  return id
}

const treeRow = (mode: string, name: string, id: string): Buffer =>
  Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')])

/** Makes a tree the last commit's. */
function checkOut(tree: string): void {
  const commit = plantObject('commit', Buffer.from(`tree ${tree}\nauthor t <t> 0 +0000\ncommitter t <t> 0 +0000\n\nx\n`))
  put(shop, { '.git/refs/heads/feature/login': `${commit}\n` })
}

/** Not looked at in the working tree, so that no file need be there. */
const assumed = 0x8000
const refusal = /cannot compare|cannot be read|not allowed|no git repository|is a pipe|are the most/

describe('what a repository configures counts for nothing', () => {
  const proof = () => join(place.base, 'proof')
  const command = () => join(shop, 'program')
  const section = (name: string, key: string): string => `[${name}]\n\t${key} = ${command()}\n`
  const filters: [string, () => void][] = [
    ['a filter without a name', () => put(shop, { '.gitattributes': 'f filter=\n' })],
    ['a filter whose name is no UTF-8', () => put(shop, { '.gitattributes': Buffer.from('f filter=\xff\n', 'latin1') })],
  ]
  const configs: [string, () => void][] = [
    ['its config', () => add('config', section('filter ""', 'clean') + section('core', 'fsmonitor'))],
    ['bytes that are no text', () => add('config', Buffer.from(section('filter "\xff"', 'clean'), 'latin1'))],
    [
      'config.worktree',
      () => {
        add('config', '[extensions]\n\tworktreeConfig = true\n')
        add('config.worktree', section('filter ""', 'clean') + section('filter ""', 'process'))
      },
    ],
    [
      'an included file',
      () => {
        add('config', '[include]\n\tpath = ../plain.txt\n')
        put(shop, { 'plain.txt': section('filter ""', 'clean') })
      },
    ],
    [
      'one that is included on a condition',
      () => {
        add('config', '[includeIf "gitdir:**"]\n\tpath = ../plain.txt\n')
        put(shop, { 'plain.txt': section('filter ""', 'clean') })
      },
    ],
    [
      'a common directory of another folder',
      () => {
        git(join(place.A), 'init', '-q', 'other')
        writeFileSync(join(place.A, 'other/.git/config'), section('filter ""', 'clean'))
        put(shop, { '.git/commondir': '../../other/.git\n' })
      },
    ],
    [
      'a diff, a pager, hooks and an alias',
      () =>
        add(
          'config',
          ['diff.external', 'core.pager', 'core.hooksPath', 'alias.diff', 'core.editor', 'core.sshCommand', 'gpg.program']
            .map((key) => section(key.split('.')[0] ?? '', key.split('.')[1] ?? ''))
            .join(''),
        ),
    ],
  ]
  const add = (name: string, text: string | Uint8Array): void => {
    const file = join(shop, '.git', name)
    writeFileSync(file, Buffer.concat([existsSync(file) ? readFileSync(file) : Buffer.alloc(0), Buffer.from(text)]))
  }
  it.each(filters.flatMap(([filter, attribute]) => configs.map(([title, make]) => [filter, title, attribute, make] as const)))(
    '%s, in %s: nothing runs',
    async (_filter, _config, attribute, make) => {
      writeFileSync(command(), `#!/bin/sh\necho ran >> ${proof()}\ncat\n`, { mode: 0o755 })
      attribute()
      put(shop, { f: 'two\n', '.git/info/attributes': '* filter=\n' })
      make()
      expect((await attacked()).diffs.f).toContain('+two')
      expect(existsSync(proof())).toBe(false)
    },
  )

  it('a pipe or an endless file as its attributes, excludes or include is not opened', async () => {
    execFileSync('mkfifo', [join(shop, 'pipe')])
    for (const [key, value] of [
      ['core.attributesFile', join(shop, 'pipe')],
      ['core.excludesFile', '/dev/zero'],
      ['include.path', '/dev/zero'],
      ['blame.ignoreRevsFile', join(shop, 'pipe')],
    ] as const) {
      writeFileSync(join(shop, '.git/config'), `[${key.split('.')[0]}]\n\t${key.split('.')[1]} = ${value}\n`)
      put(shop, { f: 'two\n' })
      expect((await attacked()).diffs.f).toContain('+two')
    }
  })

  it('a working tree elsewhere is refused', async () => {
    for (const text of [`worktree = ${place.O}`, 'WorkTree=../../O']) {
      writeFileSync(join(shop, '.git/config'), `[core]\n\t${text}\n`)
      expect((await attacked()).refused).toMatch(/core\.worktree/)
    }
  })
})

describe('names of an index or a tree that git would not check out', () => {
  const names = [
    '/etc/passwd',
    '../O/s',
    'a/../../O/s',
    '..',
    'a/./b',
    './f',
    'a//b',
    'a/',
    '.git/config',
    'a/.git/hooks/x',
    '.GIT/config',
    '.Git',
    'git~1/config',
    'GIT~2',
    '.git./config',
    '.git /x',
    '.git . ./x',
    '.git::$INDEX_ALLOCATION/config',
    '.g\u200cit/config',
    '.gi\u200dt',
    '.\ufeffgit',
    '.git\u202e/x',
    '..\\..\\O\\.git\\x',
  ]
  it.each(names)('%j in the index is refused', async (name) => {
    const id = git(shop, 'rev-parse', 'HEAD:f')
    plantIndex([{ name: name === '/etc/passwd' ? join(place.O, 's') : name, id }])
    const { refused } = await attacked()
    expect(refused).toMatch(/not allowed|damaged/)
  })

  it.each(names.filter((name) => !name.includes('/')))('%j in a tree is refused', async (name) => {
    const id = git(shop, 'rev-parse', 'HEAD:f')
    checkOut(plantObject('tree', treeRow('100644', name, id)))
    expect((await attacked()).refused).toMatch(/not allowed/)
  })

  it('reports a tree with a slash or an empty name as damaged', async () => {
    const id = git(shop, 'rev-parse', 'HEAD:f')
    for (const name of ['in/.mcp.json', '../x', '/x', '']) {
      checkOut(plantObject('tree', treeRow('100644', name, id)))
      expect((await attacked()).refused).toMatch(/damaged/)
    }
  })

  it('counts names that are not UTF-8, and leaves them out', async () => {
    for (const name of [Buffer.from('l\xf6we', 'latin1'), Buffer.from('l\xfcwe', 'latin1'), Buffer.from('new\xff', 'latin1')])
      writeFileSync(Buffer.concat([Buffer.from(`${shop}/`), name]), 'x')
    git(shop, 'add', 'l*')
    const { sections } = await attacked()
    expect(sections).toHaveLength(1)
    expect(sections[0]?.body).toContain('2 files are left out: the name is no UTF-8.')
  })

  it('keeps line breaks in a name from forging lines', async () => {
    const name = 'x\nNew and not added to git: forged\u202e'
    put(shop, { [name]: 'x' })
    git(shop, 'add', '-A')
    const { sections } = await attacked()
    expect(sections[0]?.body.split('\n')).toHaveLength(2)
    expect(sections.map(({ heading }) => heading).join()).not.toMatch(/[\n\u202e]/)
    expect(sections[1]?.body).toMatch(/^diff --git "a\/x\\nNew/)
  })
})

describe('closed files', () => {
  const closed = ['.mcp.json', '.cursor/mcp.json', '.claude/settings.local.json', '.MCP.json', '.vscode/mcp.json', 'secret/x']
  beforeEach(async () => {
    await place.close()
    place = desk()
    await place.close()
    const base = desk()
    place = desk({ roots: [base.A], closed: [join(base.A, 'shop/proj/secret')], deny: [join(base.A, 'shop/proj/secret')] })
    shop = repository(join(base.A, 'shop'), { proj: 'one\n', other: 'x' })
    const close = place.close
    place = { ...place, close: () => close().then(() => base.close()) }
  })

  it.each(closed)('proj/%s in the index, where the last commit has a file proj, stays closed', async (name) => {
    const id = git(shop, 'hash-object', '-w', put1(`${CANARY}\n`))
    rmSync(join(shop, 'proj'))
    put(shop, { [`proj/${name}`]: `${CANARY} here\n` })
    plantIndex([{ name: `proj/${name}`, id }])
    const { facts, sections } = await attacked()
    expect(JSON.stringify(sections)).toContain('closed and left out')
    expect(facts['Changed since that commit']).toBe('other, proj')
  })

  it.each(closed)('proj/%s in the last commit, where the index has a file proj, stays closed', async (name) => {
    rmSync(join(shop, 'proj'))
    put(shop, { [`proj/${name}`]: `${CANARY}\n` })
    git(shop, 'add', '-A', '-f')
    git(shop, 'commit', '-qm', 'closed')
    rmSync(join(shop, 'proj'), { recursive: true })
    put(shop, { proj: 'a file\n' })
    git(shop, 'add', '-A')
    const { diffs, sections } = await attacked()
    expect(Object.keys(diffs)).toEqual(['proj'])
    expect(JSON.stringify(sections)).toContain('1 changed file is closed')
  })

  it('stay out of the diff in a conflict, assumed unchanged, or behind a link', async () => {
    const id = git(shop, 'hash-object', '-w', put1(`${CANARY}\n`))
    plantIndex([
      { name: '.mcp.json', id, flags: 1 << 12 },
      { name: '.mcp.json', id, flags: 2 << 12 },
      { name: 'proj/secret/y', id, flags: 0x8000 },
      { name: '.vscode/mcp.json', id, mode: 0o120000, flags: 0x8000 },
    ])
    const { sections } = await attacked()
    expect(sections[0]?.body).toMatch(/\d changed files are closed/)
  })

  it('are not read by another name, through links of files or folders', async () => {
    put(shop, { '.mcp.json': CANARY, 'proj2/x': '1' })
    git(shop, 'add', '-A')
    rmSync(join(shop, 'proj2'), { recursive: true })
    symlinkSync(place.O, join(shop, 'proj2'))
    rmSync(join(shop, 'other'))
    symlinkSync('.mcp.json', join(shop, 'other'))
    const { diffs } = await attacked()
    expect(diffs.other).toContain('+.mcp.json')
  })

  it.each(['MCP~1.JSO', '.mcp.json.', '.mcp.json ', '.mcp.json::$DATA', 'CURSOR~1/mcp.json'])(
    'on a Windows drive, %j is not read: it may be another spelling of a closed one',
    async (name) => {
      const base = desk()
      const self = { ...base.bridge.settings.self, kind: 'wsl' as const, mountRoot: `${base.base}/mnt/` }
      const mine = repository(join(base.base, 'mnt/c/shop'), { f: 'one\n' })
      const windows = desk({ roots: [mine], self, sides: () => Promise.resolve({ self, others: [] }) })
      put(mine, { [name]: `${CANARY}\n`, f: 'two\n' })
      git(mine, 'add', '-A')
      put(mine, { [name]: `${CANARY} now\n` })
      const result = await handed(windows, mine)
      expect(JSON.stringify(result)).not.toContain(CANARY)
      expect(JSON.stringify(result)).toContain('1 changed file is closed')
      expect(result.diffs.f).toContain('+two')
      await windows.close()
      await base.close()
    },
  )

  /** A file outside of the repository, to be stored in it. */
  function put1(text: string): string {
    const file = join(place.base, 'blob')
    writeFileSync(file, text)
    return file
  }
})

describe('a git directory that is neither .git nor that of a worktree', () => {
  let other: string
  beforeEach(() => {
    other = repository(join(place.O, 'other'), { s: `${CANARY}\n`, f: `${CANARY}\n` })
    git(other, 'worktree', 'add', '-q', '--detach', join(place.O, 'wt'))
  })

  const elsewhere: [string, () => void][] = [
    ['a .git that names the other one', () => put(shop, { '.git': `gitdir: ${other}/.git\n` })],
    ['one that names its worktree', () => put(shop, { '.git': `gitdir: ${other}/.git/worktrees/wt\n` })],
    [
      'a worktree of its own making, with the other as its common directory',
      () => {
        put(shop, {
          '.git': 'gitdir: fake\n',
          'fake/commondir': `${other}/.git\n`,
          'fake/gitdir': `${shop}/.git\n`,
          'fake/HEAD': 'ref: refs/heads/feature/login\n',
        })
      },
    ],
    [
      'the same in a folder that is called as it should be',
      () => {
        const own = '.git-away/.git/worktrees/w'
        put(shop, {
          '.git': `gitdir: ${own}\n`,
          [`${own}/commondir`]: `${other}/.git\n`,
          [`${own}/gitdir`]: `${shop}/.git\n`,
          [`${own}/HEAD`]: 'x',
        })
      },
    ],
    [
      'a link back to another folder',
      () => {
        repository(join(place.A, 'mine'), { f: '1' })
        git(join(place.A, 'mine'), 'worktree', 'add', '-q', '--detach', join(place.A, 'mine2'))
        put(shop, { '.git': `gitdir: ${place.A}/mine/.git/worktrees/mine2\n` })
      },
    ],
    [
      'a git directory of another name',
      () => {
        repository(join(place.A, 'mine'), { f: '1' })
        renameSync(join(place.A, 'mine/.git'), join(shop, 'dot'))
        put(shop, { '.git': 'gitdir: dot\n' })
      },
    ],
    ['a link', () => symlinkSync(join(other, '.git'), join(shop, '.git'))],
    ['a link to the worktree’s directory', () => symlinkSync(join(other, '.git/worktrees/wt'), join(shop, '.git'))],
    ['no path', () => put(shop, { '.git': 'gitdir: \n' })],
    ['a device', () => put(shop, { '.git': 'gitdir: /dev/zero\n' })],
    ['a path with control characters', () => put(shop, { '.git': 'gitdir: \u001b[2Jx\n' })],
  ]
  it.each(elsewhere)('%s is refused', async (_title, make) => {
    rmSync(join(shop, '.git'), { recursive: true })
    make()
    const { refused } = await attacked()
    expect(refused).toMatch(/not allowed|outside|no git repository|does not exist|names no git directory|is closed/)
    expect(refused).not.toContain('\u001b')
  })

  it('refuses a bare repository, and one above the allowed folders', async () => {
    git(place.A, 'init', '-q', '--bare', 'bare')
    expect((await attacked(join(place.A, 'bare'))).refused).toMatch(/no git repository/)
    git(place.base, 'init', '-q')
    mkdirSync(join(place.A, 'plain'))
    expect((await attacked(join(place.A, 'plain'))).refused).toMatch(/no git repository that lies in an allowed folder/)
  })

  const objects: [string, () => void][] = [
    ['alternates', () => put(shop, { '.git/objects/info/alternates': `${other}/.git/objects\n` })],
    [
      'a quoted line beside a folder of that name',
      () => {
        mkdirSync(join(shop, '.git/objects', `"${other}`), { recursive: true })
        put(shop, { '.git/objects/info/alternates': `"${other}/.git/objects"\n` })
      },
    ],
    ['a comment as if it were none', () => put(shop, { '.git/objects/info/alternates': '#x\n' })],
    [
      'alternates by a link',
      () => {
        put(shop, { list: `${other}/.git/objects\n` })
        symlinkSync(join(shop, 'list'), join(shop, '.git/objects/info/alternates'))
      },
    ],
  ]
  it.each(objects)('refuses objects from elsewhere: %s', async (_title, make) => {
    put(shop, { '.git/refs/heads/feature/login': `${git(other, 'rev-parse', 'HEAD')}\n` })
    make()
    expect((await attacked()).refused).toMatch(/from outside of it/)
  })

  it.each(['objects', 'objects/pack', 'objects/info', 'refs', 'refs/heads', 'refs/heads/feature', 'index', 'HEAD', 'packed-refs', 'info'])(
    '%s by a link gives nothing of another repository',
    async (name) => {
      git(other, 'gc', '-q')
      const own = join(shop, '.git', name)
      rmSync(own, { recursive: true, force: true })
      if (name === 'packed-refs') rmSync(join(shop, '.git/refs/heads/feature/login'))
      symlinkSync(join(other, '.git', name), own)
      const { refused, sections } = await attacked()
      if (name !== 'info' && name !== 'objects/info') expect(refused, JSON.stringify(sections)).toMatch(/not allowed|damaged/)
    },
  )
})

describe('a pipe, device or folder in place of a file', () => {
  const names = [
    'HEAD',
    'index',
    'config',
    'packed-refs',
    'refs/heads/feature/login',
    'refs',
    'objects',
    'objects/pack',
    'objects/info/alternates',
    'info/exclude',
    'commondir',
    'reftable',
    '../.gitignore',
    '../f',
    '../in',
    '../new',
    '../.git',
  ]
  const kinds: [string, (path: string) => void][] = [
    ['a pipe', (path) => execFileSync('mkfifo', [path])],
    ['a link to an endless file', (path) => symlinkSync('/dev/zero', path)],
    [
      'a link to a pipe',
      (path) => {
        execFileSync('mkfifo', [join(place.A, 'pipe')])
        symlinkSync(join(place.A, 'pipe'), path)
      },
    ],
    ['a folder', (path) => mkdirSync(path)],
    [
      'a file without end',
      (path) => {
        writeFileSync(path, '')
        truncateSync(path, 1024 ** 4)
      },
    ],
    ['a file of 100 MB', (path) => writeFileSync(path, Buffer.alloc(100_000_000, 'DIRC'))],
  ]
  it.each(names.flatMap((name) => kinds.map(([title, make]) => [title, name, make] as const)))(
    '%s as .git/%s',
    async (_title, name, make) => {
      const path = join(shop, '.git', name)
      rmSync(path, { recursive: true, force: true })
      mkdirSync(dirname(path), { recursive: true })
      make(path)
      const { refused, sections } = await attacked()
      if (refused !== null) expect(refused).toMatch(refusal)
      else expect(sections[0]?.body).toMatch(/^Branch: /)
    },
  )

  it.each(kinds)('%s as an object, a pack or its index', async (_title, make) => {
    git(shop, 'gc', '-q')
    for (const name of readdirSync(join(shop, '.git/objects/pack'))) {
      const path = join(shop, '.git/objects/pack', name)
      const before = readFileSync(path)
      rmSync(path, { force: true })
      make(path)
      const { refused } = await attacked()
      if (/\.(idx|pack)$/.test(name)) expect(refused).toMatch(refusal)
      rmSync(path, { recursive: true })
      rmSync(join(place.A, 'pipe'), { force: true })
      writeFileSync(path, before)
    }
    const commit = git(shop, 'rev-parse', 'HEAD')
    rmSync(join(shop, '.git/objects/pack'), { recursive: true })
    mkdirSync(join(shop, '.git/objects', commit.slice(0, 2)), { recursive: true })
    make(join(shop, '.git/objects', commit.slice(0, 2), commit.slice(2)))
    expect((await attacked()).refused).toMatch(/cannot compare|not allowed|is a pipe/)
  })
})

describe('a repository that costs much to read', () => {
  it('is refused for an object whose size is wrong', async () => {
    const id = git(shop, 'rev-parse', 'HEAD')
    for (const [bytes, size] of [
      [Buffer.alloc(50_000_000), 10],
      [Buffer.alloc(10), 50_000_000],
      [Buffer.alloc(10), 999_999_999_999],
    ] as const) {
      plantObject('commit', bytes, id, size)
      expect((await attacked()).refused).toMatch(/damaged|too large/)
    }
  })

  it('is refused for an object under the name of another', async () => {
    plantObject('blob', Buffer.from(CANARY), git(shop, 'rev-parse', 'HEAD:f'))
    put(shop, { f: 'two\n' })
    expect((await attacked()).refused).toMatch(/damaged/)
  })

  it('is read within limits where trees repeat each other', async () => {
    let tree = plantObject('tree', treeRow('100644', 'x', git(shop, 'rev-parse', 'HEAD:f')))
    for (let depth = 0; depth < 12; depth++)
      tree = plantObject('tree', Buffer.concat(Array.from({ length: 10 }, (_, at) => treeRow('40000', `d${at}`, tree))))
    checkOut(tree)
    expect((await attacked()).refused).toMatch(/more than 500000 names/)
  })

  it('is read within limits where folders nest deeply', async () => {
    let tree = plantObject('tree', treeRow('100644', 'x', git(shop, 'rev-parse', 'HEAD:f')))
    for (let depth = 0; depth < 300; depth++) tree = plantObject('tree', treeRow('40000', 'd', tree))
    checkOut(tree)
    expect((await attacked()).refused).toMatch(/nested deeper/)
    put(shop, { '.git/refs/heads/feature/login': `${git(shop, 'rev-parse', 'HEAD@{0}')}\n` })
    mkdirSync(join(shop, 'e/'.repeat(300)), { recursive: true })
    expect((await attacked()).refused).toMatch(/nested deeper/)
  })

  it('is read within limits where deltas grow, or refer to each other', async () => {
    const offset = (distance: number): Buffer => {
      const bytes = [distance & 127]
      for (let left = distance >> 7; left > 0; left >>= 7) bytes.unshift(128 | (--left & 127))
      return Buffer.from(bytes)
    }
    const head = (type: number, size: number): Buffer => {
      const bytes = [(type << 4) | (size & 15)]
      for (let left = size >> 4; left > 0; left >>= 7) {
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 128
        bytes.push(left & 127)
      }
      return Buffer.from(bytes)
    }
    const varint = (value: number): Buffer => {
      const bytes: number[] = []
      let left = value
      do {
        bytes.push((left & 127) | (left > 127 ? 128 : 0))
        left = Math.floor(left / 128)
      } while (left > 0)
      return Buffer.from(bytes)
    }
    const id = git(shop, 'rev-parse', 'HEAD')
    const plantPack = (parts: readonly Buffer[], wanted: number): void => {
      const pack = Buffer.concat([Buffer.from('PACK\0\0\0\x02\0\0\0\x01', 'latin1'), ...parts])
      const index = Buffer.alloc(8 + 1024 + 28)
      index.writeUInt32BE(0xff744f63, 0)
      index.writeUInt32BE(2, 4)
      for (let at = 0; at < 256; at++) index.writeUInt32BE(at >= Number.parseInt(id.slice(0, 2), 16) ? 1 : 0, 8 + at * 4)
      Buffer.from(id, 'hex').copy(index, 1032)
      index.writeUInt32BE(wanted, 1032 + 24)
      const name = `.git/objects/pack/pack-${'a'.repeat(40)}`
      put(shop, { [`${name}.pack`]: Buffer.concat([pack, Buffer.alloc(20)]), [`${name}.idx`]: Buffer.concat([index, Buffer.alloc(40)]) })
    }
    // Each delta doubles what it is made from by copying it twice.
    let size = 64 * 1024
    const parts = [Buffer.concat([head(1, size), deflateSync(Buffer.alloc(size))])]
    let at = 12
    for (let times = 0; times < 12; times++) {
      const copy = Buffer.concat(
        Array.from({ length: Math.ceil(size / 0x10000) * 2 }, (_, part) =>
          Buffer.from([0x80 | 0x0f, 0, 0, (part % Math.ceil(size / 0x10000)) & 255, 0]),
        ),
      )
      const delta = Buffer.concat([varint(size), varint(size * 2), copy])
      const before = at
      at += parts.at(-1)?.length ?? 0
      parts.push(Buffer.concat([head(6, delta.length), offset(at - before), deflateSync(delta)]))
      size *= 2
    }
    plantPack(parts, at)
    expect((await attacked()).refused).toMatch(/too large/)
    const circle = Buffer.concat([head(7, 3), Buffer.from(id, 'hex'), deflateSync(Buffer.from([1, 1, 0]))])
    plantPack([circle], 12)
    expect((await attacked()).refused).toMatch(/damaged/)
    plantPack([Buffer.concat([head(6, 3), Buffer.from([0]), deflateSync(Buffer.from([1, 1, 0]))])], 12)
    expect((await attacked()).refused).toMatch(/damaged/)
  })

  it('is refused for an index that is inconsistent or of an unknown version', async () => {
    const id = git(shop, 'rev-parse', 'HEAD:f')
    const bytes = (version: number, count: number, rest = Buffer.alloc(0)): Buffer => {
      const head = Buffer.from('DIRC\0\0\0\0\0\0\0\0', 'latin1')
      head.writeUInt32BE(version, 4)
      head.writeUInt32BE(count, 8)
      return Buffer.concat([head, rest])
    }
    for (const [index, words] of [
      [bytes(2, 0xffffffff), /holds 4294967295 files/],
      [bytes(2, 100_000), /damaged/],
      [bytes(5, 0), /version 5/],
      [bytes(2, 0, Buffer.from('link\0\0\0\0', 'latin1')), /split/],
      [bytes(3, 0, Buffer.from('sdir\0\0\0\0', 'latin1')), /sparse/],
      [bytes(2, 0, Buffer.from('xyzw\0\0\0\0', 'latin1')), /not known/],
      [bytes(2, 0, Buffer.from('TREE\xff\xff\xff\xff', 'latin1')), null],
      [Buffer.from('nothing'), /damaged/],
    ] as const) {
      writeIndex(index)
      const { refused } = await attacked()
      if (words !== null) expect(refused).toMatch(words)
    }
    plantIndex([{ name: 'x'.repeat(5000), id }])
    expect((await attacked()).refused).toMatch(/damaged/)
    plantIndex([
      { name: 'f', id },
      { name: 'f', id },
    ])
    expect((await attacked()).refused).toMatch(/damaged/)
    writeFileSync(join(shop, '.git/index'), Buffer.concat([bytes(2, 0), Buffer.alloc(32, 1)]))
    expect((await attacked()).refused).toMatch(/SHA-256/)
  })

  it('is read within limits where ignore patterns explode', async () => {
    put(shop, { '.gitignore': `${`${`*${'a'.repeat(120)}`}b\n`.repeat(1000)}`, ['a'.repeat(250)]: '' })
    expect((await attacked()).refused).toMatch(/ignore files/)
    // Each letter is compared with a whole class of letters.
    put(shop, { '.gitignore': `*[${'b'.repeat(1000)}]\n`.repeat(200) })
    expect((await attacked()).refused).toMatch(/ignore files/)
    put(shop, { '.gitignore': `${' '.repeat(250_000)}x\n${'**/'.repeat(300)}b\n${'[[[['.repeat(200)}\n` })
    expect((await attacked()).refused).toBeNull()
  })

  it('is read where its ignore files are all blanks but for the ends of their lines', async () => {
    const blanks = `a${' '.repeat(1000)}b\n`.repeat(255)
    for (let at = 0; at < 200; at++) put(shop, { [`b${at}/.gitignore`]: blanks, [`b${at}/x`]: '' })
    expect((await attacked()).refused).toBeNull()
  })

  it('is read within limits where a few files name very many folders', async () => {
    const id = git(shop, 'rev-parse', 'HEAD:f')
    plantIndex(Array.from({ length: 11_000 }, (_, at) => ({ name: `${at}/${'x/'.repeat(50)}f`, id, flags: assumed })))
    expect((await attacked()).refused).toMatch(/more than 500000 names/)
  })

  it('lets other conversations go on between the names of its index', async () => {
    const id = git(shop, 'rev-parse', 'HEAD:f')
    const names = 20_000
    // Names that are no UTF-8 are only counted, so that no pause comes from comparing files.
    const nameOf = (at: number): Buffer => Buffer.from(`d\xff/${String(at).padStart(7, '0')}`, 'latin1')
    plantIndex(Array.from({ length: names }, (_, at) => ({ name: nameOf(at), id, flags: assumed })))
    const pauses = vi.spyOn(Allowance.prototype, 'take')
    expect((await attacked()).refused).toBeNull()
    // It is read, its names are looked at, walked through and compared: each time with a pause after some hundreds of them.
    expect(pauses.mock.calls.length).toBeGreaterThan((4 * names) / 600)
  })

  it('is read within limits where its configuration is all blanks', async () => {
    put(shop, { '.git/config': '\n \n'.repeat(80_000), f: 'two\n' })
    expect((await attacked()).diffs.f).toContain('+two')
  })

  it('is read within limits where two files share no line', async () => {
    const lines = (factor: number): string => Array.from({ length: 100_000 }, (_, at) => `${(at * factor) % 100_003}\n`).join('')
    put(shop, { f: lines(7919) })
    git(shop, 'add', '-A')
    git(shop, 'commit', '-qm', 'large')
    put(shop, { f: lines(104_729) })
    expect((await attacked()).facts['Changes left out for their size']).toMatch(/^f \(\d+ tokens\)$/)
  })
})

describe('formats that are not read are named', () => {
  it.each([
    ['SHA-256', 'SHA-256', () => writeFileSync(join(shop, '.git/config'), '[extensions]\n\tobjectFormat = sha256\n')],
    ['a reference of 64 digits', 'SHA-256', () => put(shop, { '.git/refs/heads/feature/login': `${'a'.repeat(64)}\n` })],
    ['reftable', 'reftable', () => put(shop, { '.git/reftable/tables.list': '', '.git/HEAD': 'ref: refs/heads/.invalid\n' })],
    ['a split index', 'split', () => git(shop, 'update-index', '--split-index')],
    ['a sparse index', 'sparse', () => git(shop, 'sparse-checkout', 'set', '--cone', '--sparse-index', 'src')],
    ['a reference that climbs', 'damaged', () => put(shop, { '.git/HEAD': 'ref: refs/heads/../../../O/s\n' })],
    ['references in a circle', 'damaged', () => put(shop, { '.git/refs/heads/feature/login': 'ref: refs/heads/feature/login\n' })],
    ['a commit that is a blob', 'damaged', () => put(shop, { '.git/refs/heads/feature/login': `${git(shop, 'rev-parse', 'HEAD:f')}\n` })],
  ])('%s', async (_title, words, make) => {
    make()
    expect((await attacked()).refused).toContain(words)
  })
})

describe('bytes that are changed anywhere', () => {
  it.each(['index', 'HEAD', 'packed-refs', 'idx', 'pack', 'tree'])('in %s give a refusal or an answer', async (name) => {
    if (name !== 'tree') git(shop, 'gc', '-q')
    const folder = join(shop, '.git/objects/pack')
    const tree = name === 'tree' ? git(shop, 'rev-parse', 'HEAD^{tree}') : ''
    const packed = () => join(folder, readdirSync(folder).find((each) => each.endsWith(`.${name}`)) ?? '')
    const file =
      name === 'tree'
        ? join(shop, '.git/objects', tree.slice(0, 2), tree.slice(2))
        : /^(idx|pack)$/.test(name)
          ? packed()
          : join(shop, '.git', name)
    const whole = readFileSync(file)
    put(shop, { f: 'two\n' })
    const step = Math.max(1, Math.floor(whole.length / 40))
    for (let at = 0; at < whole.length; at += step) {
      const bytes = Buffer.from(whole)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8))
      rmSync(file, { force: true })
      writeFileSync(file, at % 3 === 0 ? bytes.subarray(0, at) : bytes)
      const { refused } = await attacked()
      if (refused !== null) expect(refused).toMatch(refusal)
    }
  })
})

describe('folders and files that are moved while they are read', () => {
  /** Moves at the n-th time that something is opened, for every n: so each moment between two of our steps is tried. */
  async function atEveryMoment(make: () => void, move: () => void, restore: () => void): Promise<number> {
    const { policy } = place.bridge
    const real = policy.checkOpened.bind(policy)
    let moved = 0
    for (let moment = 1; ; moment++) {
      make()
      let left = moment
      let isDone = false
      const once = () => {
        if (--left === 0) {
          move()
          isDone = true
        }
      }
      policy.checkOpened = async (...asked) => {
        once()
        return real(...asked)
      }
      await attacked()
      policy.checkOpened = real
      restore()
      if (!isDone) return moved
      moved++
    }
  }

  const swaps = ['in', 'in/g', 'src', '.git', '.git/objects', '.git/refs', '.git/index', '.git/HEAD']
  it.each(swaps)('shows nothing outside while %s is swapped for a link', async (name) => {
    const other = repository(join(place.O, 'other'), { f: `${CANARY}\n`, 'in/g': `${CANARY} in\n`, 'src/h': 'h\n' })
    put(other, { 'in/g': `${CANARY} now\n` })
    const [own, away, theirs] = [join(shop, name), join(place.base, 'away'), join(other, name)]
    const moved = await atEveryMoment(
      () => put(shop, { 'in/g': 'two\n' }),
      () => {
        renameSync(own, away)
        symlinkSync(theirs, own)
      },
      () => {
        if (!existsSync(away)) return
        rmSync(own)
        renameSync(away, own)
      },
    )
    expect(moved).toBeGreaterThan(10)
  })

  describe.each([
    ['while the rules hold', 0],
    ['while the rules are looked at anew', 1001],
  ])('%s', (_title, passing) => {
    it.each([
      ['folder', 'in', '.ssh', 'g'],
      ['file', 'in/g', '.netrc', ''],
    ])('a closed %s of the person is moved into its place', async (_kind, name, closed, inside) => {
      const theirs = join(place.home, closed)
      put(place.home, { [join(closed, inside)]: CANARY })
      const [own, away] = [join(shop, name), join(place.base, 'away')]
      // What is closed is known by its inode from before it is moved.
      await place.call('read_file', { path: join(shop, 'f') })
      const clock = performance.now.bind(performance)
      let passed = 0
      vi.spyOn(performance, 'now').mockImplementation(() => clock() + passed)
      for (const isExchange of [false, true])
        await atEveryMoment(
          () => put(shop, { 'in/g': 'two\n' }),
          () => {
            renameSync(own, away)
            renameSync(theirs, own)
            if (isExchange) renameSync(away, theirs)
            passed += passing
          },
          () => {
            if (!existsSync(isExchange ? own : away) || !readFileSync(join(own, inside), 'utf8').includes(CANARY)) return
            if (isExchange) renameSync(theirs, away)
            renameSync(own, theirs)
            renameSync(away, own)
          },
        )
    })
  })

  it('shows nothing of a closed file that takes the place of another', async () => {
    put(shop, { '.mcp.json': CANARY })
    await atEveryMoment(
      () => put(shop, { 'in/g': 'two\n' }),
      () => {
        rmSync(join(shop, 'in/g'))
        symlinkSync('../.mcp.json', join(shop, 'in/g'))
      },
      () => rmSync(join(shop, 'in/g'), { force: true }),
    )
  })
})
