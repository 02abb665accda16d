import { chmodSync, chownSync, lchownSync, mkdirSync, renameSync, statSync, symlinkSync } from 'node:fs'
import { beforeEach, expect, it } from 'vitest'
import { type CliResult, cli, cliPath } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksRoot, nodePath } from '../../support/machine.ts'
import { greeted } from '../../support/mcp.ts'
import { asOrdinaryUser, lacksOrdinaryUser } from '../../support/ordinary-user.ts'
import { sample } from '../../support/runs.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'

const me = 1000
const stranger = 1001
const team = 2000
const own = '.mcp-twin/mcp-twin.json'
const servers = { a: { command: '/bin/true' } }
const manifest = (more: object = {}) => JSON.stringify({ version: 1, servers, bridge: { enabled: false }, ...more })

let place: Scratch
let as: readonly string[]
const run = (args: readonly string[], cwd = place.home): Promise<CliResult> => cli(place, args, { wrapper: as, cwd })
/** A file of the home folder with another owner or mode. */
const change = (file: string, { uid = me, gid = me, mode }: { uid?: number; gid?: number; mode?: number }) => {
  lchownSync(place.path(file), uid, gid)
  if (mode !== undefined) chmodSync(place.path(file), mode)
}
const refused = ({ code, stderr }: CliResult, ...words: readonly string[]) => {
  expect([code, stderr]).toEqual([2, expect.stringMatching(/→|\n {4}\S/)])
  for (const word of words) expect(stderr).toContain(word)
  expect(place.has('.claude.json')).toBe(false)
  expect(place.has('was-run')).toBe(false)
}
const obeyed = async (args: readonly string[] = ['sync'], cwd?: string) => {
  const { code, output } = await run(args, cwd)
  expect([code, output]).toEqual([0, expect.any(String)])
}

// A scratch is for its owner alone, as one folder above suffices to be; here others get to everything that lets them in.
const openScratch = () => {
  as = asOrdinaryUser(place)
  for (const folder of [place.root, place.home]) chmodSync(folder, 0o755)
}

beforeEach(() => {
  place = scratch()
})

describeUnless(lacksOrdinaryUser(), 'our own folder', () => {
  beforeEach(() => {
    // Run by whoever obeys the manifest.
    place.write(
      own,
      manifest({
        servers: { a: { command: '/bin/true', env: { K: '${secret:K}' } } },
        secrets: { command: ['/usr/bin/touch', place.path('was-run')] },
      }),
    )
    openScratch()
    change('.mcp-twin', { mode: 0o700 })
  })

  it('is obeyed as this user made it', async () => {
    await run(['sync'])
    expect(place.has('was-run')).toBe(true)
  })

  it.each([
    ['of another user', { uid: stranger, mode: 0o755 }, 'belongs to'],
    ['that everybody may write', { mode: 0o777 }, 'every user'],
    ['that a group of others may write', { gid: team, mode: 0o770 }, `(gid ${team})`],
  ])('is refused by every command without running anything: %s', async (_, to, words) => {
    change('.mcp-twin', to)
    const commands = [
      ['sync'],
      ['list'],
      ['add', 'b', '--command', '/bin/true'],
      ['secret', 'list'],
      ['undo', '--list'],
      ['run', 'a'],
      ['uninstall', '--yes'],
      ['trust', '.'],
    ]
    // Every command meets one kind of stranger, and every kind the first command and the last.
    for (const args of 'uid' in to ? commands : sample(commands, 2)) refused(await run(args), place.path('.mcp-twin'), words)
  })

  it('closed by a folder above is refused all the same where others may write it', async () => {
    change('.mcp-twin', { mode: 0o777 })
    chmodSync(place.home, 0o700)
    refused(await run(['sync']), 'chmod go-w')
  })

  it.each([
    'mcp-twin.json',
    'mcp-twin.lock.json',
    'state.json',
    'trust.json',
    'home.json',
    'launches.json',
    'cache.json',
    'bin',
    'bin/mcp-twin.mjs',
    'app',
    'app/current',
    'npm',
  ])('with a %s of another user is refused', async (name) => {
    for (const folder of ['bin', 'app', 'npm']) mkdirSync(place.path('.mcp-twin', folder))
    if (!place.has(`.mcp-twin/${name}`)) place.write(`.mcp-twin/${name}`, '{}')
    change(`.mcp-twin/${name}`, { uid: stranger })
    refused(await run(['sync']), place.path('.mcp-twin', name), `uid ${stranger}`, 'sudo chown')
  })

  it.each(['mcp-twin.json', 'state.json', 'trust.json', 'home.json', 'bin/mcp-twin.mjs', 'npm/x@1.0.0', 'app/1.0.0-x'])(
    'that others may enter, with a %s that they may write, is refused',
    async (name) => {
      for (const folder of ['bin', 'app', 'npm', 'npm/x@1.0.0', 'app/1.0.0-x']) mkdirSync(place.path('.mcp-twin', folder))
      if (!place.has(`.mcp-twin/${name}`)) place.write(`.mcp-twin/${name}`, '{}')
      change('.mcp-twin', { mode: 0o755 })
      change(`.mcp-twin/${name}`, { mode: 0o777 })
      refused(await run(['sync']), place.path('.mcp-twin', name), 'chmod go-w')
    },
  )

  it('reached by a link of another user is refused', async () => {
    mkdirSync(place.path('theirs'), { mode: 0o755 })
    symlinkSync(place.path('.mcp-twin'), place.path('theirs/link'))
    change('theirs/link', { uid: stranger })
    place.env.MCP_TWIN_HOME = place.path('theirs/link')
    refused(await run(['sync']), place.path('theirs/link'), 'belongs to')
  })

  it('moved to where others can put another one in its place is refused, in a sticky folder it is not', async () => {
    mkdirSync(place.path('open'))
    place.write('open/moved/mcp-twin.json', manifest())
    for (const file of ['open', 'open/moved', 'open/moved/mcp-twin.json']) change(file, {})
    place.env.MCP_TWIN_HOME = place.path('open/moved')
    change('open', { mode: 0o777 })
    refused(await run(['sync']), place.path('open'), 'every user')
    change('open', { mode: 0o1777 })
    await obeyed()
  })

  it('does not stop the bridge, which only reads in its workspace and says so', async () => {
    place.write(own, manifest({ bridge: { terminal: 'on', roots: ['/'] } }))
    change(own, {})
    change('.mcp-twin', { mode: 0o777 })
    const [command = nodePath, ...words] = [...as, nodePath, cliPath, 'serve']
    const server = await greeted({ command, args: words, env: place.env, cwd: place.root }, 'test')
    const { data } = await server.call('bridge_status')
    await server.end()
    expect(data).toMatchObject({ terminal: 'off', read_only: true, folders: [place.path('.mcp-twin/bridge/workspace')] })
    expect(data?.problems).toContainEqual(expect.stringMatching(/others could decide.*every user.*only reads/))
  })

  it('is looked at by doctor, which runs nothing of it, and closed by --fix', async () => {
    change('.mcp-twin', { mode: 0o777 })
    const look = await run(['doctor', '--json', '--deep'])
    expect(look.code).toBe(3)
    const finding = { check: 'file-owners', level: 'error', fix: `chmod go-w ${place.path('.mcp-twin')}` }
    expect(look.json.findings).toContainEqual(expect.objectContaining({ ...finding, message: expect.stringContaining('every user') }))
    expect(look.json.findings.length).toBeGreaterThan(10)
    expect(place.has('was-run')).toBe(false)
    await run(['doctor', '--fix', '--check', 'file-owners'])
    expect(statSync(place.path('.mcp-twin')).mode & 0o7777).toBe(0o755)
    await run(['sync'])
    expect(place.has('was-run')).toBe(true)
  })

  it('that belongs to another user is reported by doctor, and not obeyed', async () => {
    change('.mcp-twin', { uid: stranger, mode: 0o755 })
    place.write(
      '.mcp-twin/home.json',
      JSON.stringify({ version: 1, environment: 'windows', user: 'x', folder: '/x', node: place.path('was-run') }),
    )
    const { json } = await run(['doctor', '--json'])
    const fix = `sudo chown -R ${me} ${place.path('.mcp-twin')}`
    expect(json.findings).toContainEqual(expect.objectContaining({ check: 'file-owners', level: 'error', fix }))
    expect(place.has('was-run')).toBe(false)
  })

  it.each([
    ['of another user', { uid: stranger }, 'belongs to'],
    ['that others may write', { mode: 0o666 }, 'every user'],
  ])('and the bridge do not obey a manifest %s that is named by a flag', async (_, to, words) => {
    place.write('named/twin.json', manifest({ bridge: { terminal: 'on', roots: ['/'] } }))
    change('named', {})
    change('named/twin.json', to)
    const [command = nodePath, ...before] = [...as, nodePath, cliPath, 'serve', '--manifest', place.path('named/twin.json')]
    const server = await greeted({ command, args: before, env: place.env, cwd: place.root }, 'test')
    const { data } = await server.call('bridge_status')
    await server.end()
    expect(data).toMatchObject({ terminal: 'off', problems: [expect.stringContaining(words)] })
  })

  it('opens no listener while others could make themselves a token', async () => {
    change('.mcp-twin', { mode: 0o777 })
    refused(await run(['serve', '--http', '0']), 'token')
  })
})

describeUnless(lacksOrdinaryUser(), 'what is usual', () => {
  beforeEach(() => place.write(own, manifest()))

  it('umask 002 with a group of the user’s own: everything may be written by that group', async () => {
    openScratch()
    for (const [file, mode] of [
      ['.', 0o775],
      ['.mcp-twin', 0o775],
      [own, 0o664],
    ] as const)
      change(file, { mode })
    await obeyed()
  })

  it('a manifest that all may write, in a folder that only its user enters', async () => {
    openScratch()
    change('.mcp-twin', { mode: 0o700 })
    change(own, { mode: 0o666 })
    await obeyed()
  })

  it('a folder and a manifest of root’s', async () => {
    openScratch()
    change(own, { uid: 0, gid: 0 })
    await obeyed(['sync', '--dry-run'])
  })

  it('a home that is reached by a link', async () => {
    symlinkSync(place.home, `${place.root}/link`)
    openScratch()
    place.env.HOME = `${place.root}/link`
    await obeyed(['sync'], `${place.root}/link`)
  })

  it('a manifest that is a link of its user’s into another folder', async () => {
    place.write('dotfiles/twin.json', manifest())
    symlinkSync(place.path('dotfiles/twin.json'), place.path('.mcp-twin/linked'))
    openScratch()
    await obeyed(['sync', '--manifest', place.path('.mcp-twin/linked')])
  })
})

/** A project of this user's in `where`, with a lock. */
const project = (where = 'project'): string => {
  mkdirSync(place.path(where, 'deep', 'down'), { recursive: true })
  place.write(`${where}/mcp-twin.json`, manifest())
  place.write(`${where}/mcp-twin.lock.json`, '{"version":1,"packages":{}}')
  return place.path(where)
}

describeUnless(lacksOrdinaryUser(), 'a project', () => {
  let folder: string
  beforeEach(() => {
    place.write(own, manifest())
    folder = project()
    openScratch()
  })
  const notWritten = () => expect(place.has('project/.mcp.json')).toBe(false)

  it.each(['project', 'project/mcp-twin.json', 'project/mcp-twin.lock.json'])(
    'whose %s belongs to another user is refused, also from below',
    async (file) => {
      change(file, { uid: stranger, mode: 0o755 })
      const commands = [
        ['sync'],
        ['sync', '--check'],
        ['list'],
        ['add', 'b', '--command', '/bin/true'],
        ['run', '--project=.', 'a'],
        ['export', 'out'],
      ]
      for (const cwd of [folder, `${folder}/deep/down`])
        for (const args of file === 'project' && cwd === folder ? commands : sample(commands, 2))
          refused(await run(args, cwd), place.path(file), `uid ${stranger}`, `mcp-twin trust ${folder}`)
      notWritten()
      // The user's own manifest is not in their hands.
      await obeyed(['list', '--user'], folder)
    },
  )

  it.each([
    ['project/mcp-twin.json', { mode: 0o666 }],
    ['project/mcp-twin.lock.json', { mode: 0o646 }],
    ['project/mcp-twin.json', { gid: team, mode: 0o664 }],
    ['project', { mode: 0o777 }],
    ['project', { gid: team, mode: 0o2775 }],
  ])('whose %s others may write (%o) is refused, until a folder above keeps them out', async (file, to) => {
    change(file, to)
    refused(await run(['sync'], folder), place.path(file), 'can be written by', 'mcp-twin trust')
    notWritten()
    chmodSync(place.home, 0o700)
    await obeyed(['sync'], folder)
  })

  it('of another user is reported by doctor, with what to do about it', async () => {
    change('project', { uid: stranger })
    const { code, json } = await run(['doctor', '--json', '--deep'], folder)
    const finding = { check: 'file-owners', level: 'error', fix: `mcp-twin trust ${folder}` }
    expect([code, json.findings]).toEqual([3, expect.arrayContaining([expect.objectContaining(finding)])])
    notWritten()
  })

  it('is not kept from its writers by a folder of theirs', async () => {
    change('project/mcp-twin.json', { mode: 0o666 })
    chownSync(place.home, stranger, stranger)
    chmodSync(place.home, 0o701)
    refused(await run(['sync'], folder), 'every user')
  })

  it('in which the manifest is a link of another user’s is refused', async () => {
    place.write('project/kept/evil.json', manifest())
    symlinkSync('kept/evil.json', place.path('project/linked.json'))
    change('project/linked.json', { uid: stranger })
    refused(await run(['sync', '--manifest', 'linked.json'], folder), place.path('project/linked.json'), 'belongs to')
  })

  it('in a folder that everybody shares is used where nobody can put another one in its place', async () => {
    mkdirSync(place.path('tmp'))
    project('tmp/mine')
    for (const file of ['tmp', 'tmp/mine', 'tmp/mine/mcp-twin.json', 'tmp/mine/mcp-twin.lock.json']) change(file, {})
    change('tmp', { mode: 0o1777 })
    await obeyed(['sync'], place.path('tmp/mine'))
    // One that somebody else left there for all who work below it.
    place.write('tmp/mcp-twin.json', manifest())
    change('tmp/mcp-twin.json', { uid: stranger })
    mkdirSync(place.path('tmp/other'))
    refused(await run(['sync'], place.path('tmp/other')), place.path('tmp/mcp-twin.json'), 'belongs to')
  })
})

describeUnless(lacksRoot, 'root, as in a container', () => {
  beforeEach(() => {
    as = []
    place.write(own, manifest())
    project()
  })
  const give = (uid: number, ...files: string[]) => {
    for (const file of files) change(file, { uid, gid: uid })
  }
  const files = ['project', 'project/mcp-twin.json', 'project/mcp-twin.lock.json']

  it('uses a project of the user whose folder it is', async () => {
    give(me, ...files)
    await obeyed(['sync'], place.path('project'))
    expect(place.has('project/.mcp.json')).toBe(true)
  })

  it('uses a project made with umask 002', async () => {
    give(me, ...files)
    for (const file of files) change(file, { mode: file === 'project' ? 0o775 : 0o664 })
    chmodSync(place.root, 0o755)
    chmodSync(place.home, 0o755)
    await obeyed(['sync'], place.path('project'))
  })

  it('refuses a manifest of a third user in it, and one in a folder of its own', async () => {
    give(me, ...files)
    give(stranger, 'project/mcp-twin.json')
    refused(await run(['sync'], place.path('project')), `uid ${stranger}`)
    give(0, 'project')
    give(me, 'project/mcp-twin.json')
    refused(await run(['sync'], place.path('project')), `uid ${me}`)
  })

  it('refuses a folder of ours that belongs to somebody else', async () => {
    give(me, '.mcp-twin')
    refused(await run(['sync']), `uid ${me}`, 'sudo chown -R 0')
  })
})

describeUnless(lacksOrdinaryUser(), 'a project that a person trusts in spite of its owner', () => {
  let folder: string
  beforeEach(() => {
    place.write(own, manifest())
    folder = project()
    openScratch()
  })
  it('is used from then on, its owner named, and no other place of theirs is', async () => {
    change('project', { uid: stranger, mode: 0o777 })
    change('project/mcp-twin.json', { uid: stranger })
    refused(await run(['sync'], folder), `mcp-twin trust ${folder}`)
    const trusted = await run(['trust', folder, '--json'])
    expect(trusted.code).toBe(0)
    expect(trusted.json).toMatchObject({ changed: true, owner: { uid: stranger } })
    expect(trusted.json.others.join()).toMatch(/belongs to .*uid 1001.*can be written by every user/)
    expect((await run(['trust', folder])).stdout).toMatch(/Others can change this project:.*uid 1001/)
    await obeyed(['sync'], folder)
    await obeyed(['list'], `${folder}/deep/down`)
    expect(place.has('project/.mcp.json')).toBe(true)
    expect((await run(['doctor', '--json', '--check', 'file-owners'], folder)).json.findings).toMatchObject([{ level: 'ok' }])
    expect((await run(['trust', '--list', '--json'])).json.projects).toMatchObject([{ project: folder, owner: { uid: stranger } }])
    project('other')
    change('other', { uid: stranger, mode: 0o755 })
    refused(await run(['list'], place.path('other')), `uid ${stranger}`)
  })

  it('is refused again once its owner changes or trust is revoked', async () => {
    change('project', { uid: stranger, mode: 0o755 })
    await obeyed(['trust', folder])
    await obeyed(['list'], folder)
    change('project', { uid: 1002, mode: 0o755 })
    refused(await run(['list'], folder), 'uid 1002')
    change('project', { uid: stranger, mode: 0o775, gid: team })
    refused(await run(['list'], folder), `gid ${team}`)
    change('project', { uid: stranger, mode: 0o755 })
    await obeyed(['list'], folder)
    await obeyed(['trust', '--revoke', folder])
    refused(await run(['list'], folder), `uid ${stranger}`)
  })

  it('keeps its place when a command of ours edits it, and its trust', async () => {
    change('project', { mode: 0o777 })
    await obeyed(['trust', folder])
    await obeyed(['add', 'b', '--command', '/bin/true'], folder)
    await obeyed(['sync', '--check'], folder)
    expect((await run(['trust', '--list', '--json'])).json.projects).toMatchObject([{ state: 'trusted' }])
  })

  it('is not one that leads out of itself', async () => {
    change('project', { uid: stranger, mode: 0o755 })
    place.write('evil.json', manifest())
    symlinkSync('../evil.json', place.path('project/linked'))
    renameSync(place.path('project/linked'), place.path('project/mcp-twin.json'))
    refused(await run(['trust', folder]), 'outside the project')
  })

  it('sync --trust does not accept it, nor does --yes', async () => {
    change('project', { uid: stranger, mode: 0o755 })
    refused(await run(['sync', '--trust', '--yes'], folder), `mcp-twin trust ${folder}`)
    expect(place.has('.mcp-twin/trust.json')).toBe(false)
  })

  it('may be begun in a folder that others may write, by whoever makes its manifest', async () => {
    mkdirSync(place.path('shared/.git'), { recursive: true })
    change('shared/.git', {})
    change('shared', { gid: team, mode: 0o2775 })
    await obeyed(['init', '--project', '--yes'], place.path('shared'))
    await obeyed(['sync'], place.path('shared'))
  })
})
