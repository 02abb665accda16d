import type { ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { nodePath } from '../../support/machine.ts'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { processesWith } from '../../support/processes.ts'
import { home, tinyRegistry, tinyServer, treeOf } from '../support/place.ts'
import { KEY, OTHER_KEY, own, restoredTwins, sound, summary, troubles, type Twins, twins, usualServers } from './place.ts'

let registry: MiniRegistry
beforeAll(async () => {
  registry = await tinyRegistry()
})

const usual = restoredTwins(() => sound(twins(registry)))

const level = (document: Awaited<ReturnType<Twins['doctor']>>, check: string): string[] =>
  document.findings.filter((each) => each.check === check).map((each) => each.level)

/** A server that leaves a mark where it was started. */
const markingServer = `
require('node:fs').appendFileSync(process.env.MARK, process.cwd() + '\\n')
${tinyServer}`

describe('doctor where all is well', () => {
  let place: Twins
  beforeAll(async () => {
    place = await usual()
  })

  it('says so for both sides, with the documented answer', async () => {
    const document = await place.doctor()
    expect(document).toMatchObject({ ok: true, code: 0 })
    expect(summary(document)).toEqual([])
    expect(document.environments).toMatchObject([
      { id: own, kind: 'wsl', label: 'Ubuntu', home: place.home, node: { path: nodePath }, reach: 'native' },
      { id: 'windows', kind: 'windows', label: 'Windows', home: 'C:\\Users\\Ana', reach: 'across' },
    ])
    for (const finding of document.findings) {
      expect(Object.keys(finding)).toEqual(expect.arrayContaining(['check', 'level', 'subject', 'message', 'fix']))
      expect(finding.subject).not.toBe('')
    }
    const { stdout, code } = await place.run(['doctor'])
    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('Everything is in order.')
    expect(stdout).not.toContain(place.home)
  })

  it('changes nothing, starts no server and asks no registry', async () => {
    const mark = join(place.planted.scratch.root, 'mark')
    const marked = await sound(twins(registry), {
      marking: { command: nodePath, args: ['${path:~/marking.cjs}'], env: { MARK: mark }, only: ['wsl'] },
    })
    writeFileSync(join(marked.home, 'marking.cjs'), markingServer)
    const before = treeOf(marked.planted.scratch.root)
    const asked = registry.requests.length
    expect(await marked.run(['doctor'])).toMatchObject({ code: 0 })
    expect(treeOf(marked.planted.scratch.root)).toEqual(before)
    expect(registry.requests.length).toBe(asked)
    expect(existsSync(mark)).toBe(false)
    const deep = await marked.doctor(['--deep'])
    expect(level(deep, 'server-starts')).toEqual(['ok'])
    expect(readFileSync(mark, 'utf8').trim()).toBe(marked.home)
  })

  it('makes only the checks that it is asked for', async () => {
    const document = await place.doctor(['--check', 'node-path,keys-present', '--check', 'interop'])
    expect(new Set(document.findings.map(({ check }) => check))).toEqual(new Set(['interop', 'node-path', 'keys-present']))
  })

  it('refuses a check that there is not, and names the nearest', async () => {
    const result = await place.run(['doctor', '--check', 'node-pth', '--json'])
    expect(result.code).toBe(2)
    expect(result.json).toMatchObject({ command: 'doctor', error: { code: 'usage', hint: 'mcp-twin doctor --check node-path' } })
  })

  it('shows every check by name with --verbose, and fits into 80 columns', async () => {
    const { stdout } = await place.run(['doctor', '--verbose'], { env: { COLUMNS: '80' } })
    expect(stdout).toContain('✓ every config matches the manifest')
    expect(stdout).toContain('– starting every server')
    for (const line of stdout.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(80)
  })
})

describe('doctor --deep', () => {
  it('starts everything side by side, as its program does, and ends it', async () => {
    // None of the ten answers before all ten were started.
    const mark = '${path:~/mark}'
    const servers = Object.fromEntries(
      Array.from({ length: 10 }, (_, at) => [
        `slow${at}`,
        { command: nodePath, args: ['${path:~/slow.cjs}', String(at)], env: { MARK: mark }, only: ['claude-code'] },
      ]),
    )
    const place = twins(registry)
    writeFileSync(
      join(place.home, 'slow.cjs'),
      markingServer.replace(
        "process.stdin.setEncoding('utf8').on('data', (chunk) => {",
        `const started = () => require('node:fs').readFileSync(process.env.MARK, 'utf8').trim().split('\\n').length
process.stdin.setEncoding('utf8').on('data', async (chunk) => {
  while (started() < 10) await new Promise((resolve) => setTimeout(resolve, 20))`,
      ),
    )
    await sound(place, servers)
    const document = await place.doctor(['--deep'])
    const starts = document.findings.filter(({ check }) => check === 'server-starts')
    expect(starts.map(({ level: each }) => each)).toEqual(Array.from({ length: 10 }, () => 'ok'))
  })

  it('shows the last words of a server that fails, keys as dots', async () => {
    const place = await usual()
    writeFileSync(join(place.home, 'angry.cjs'), "console.error('cannot log in with ' + process.env.TAVILY_API_KEY); process.exit(3)")
    const angry = { command: nodePath, args: ['${path:~/angry.cjs}'], env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' }, only: ['wsl'] }
    await sound(place, { ...usualServers, angry })
    const result = await place.run(['doctor', '--deep'])
    expect(result.code).toBe(3)
    expect(result.output).toContain('cannot log in with ••••••••')
    expect(result.output).not.toContain(KEY)
    const document = await place.doctor(['--deep'])
    expect(troubles(document)).toMatchObject([
      { check: 'server-starts', subject: 'angry', fix: 'mcp-twin disable angry', detail: [expect.stringContaining('••••')] },
    ])
  })

  it('leaves nothing running when it is stopped', async () => {
    const place = twins(registry)
    const stuck = place.planted.scratch.write('stuck-for-ever.cjs', 'setInterval(() => {}, 1000)')
    await sound(place, { stuck: { command: nodePath, args: [stuck], only: ['wsl'] } })
    const running: ChildProcess[] = []
    const stopped = place.run(['doctor', '--deep'], { started: (child) => void running.push(child) })
    await expect.poll(() => processesWith(stuck).length, { timeout: 60_000 }).toBeGreaterThan(0)
    running[0]?.kill('SIGINT')
    const result = await stopped
    expect(result, result.output).toMatchObject({ code: 130 })
    expect(processesWith(stuck)).toEqual([])
  })

  it("starts a project's servers only when the project is trusted", async () => {
    const place = await usual()
    const project = join(place.home, 'project')
    mkdirSync(join(project, '.git'), { recursive: true })
    writeFileSync(join(project, 'server.cjs'), markingServer)
    const server = { command: nodePath, args: [join(project, 'server.cjs')], env: { MARK: join(project, 'mark') } }
    writeFileSync(join(project, 'mcp-twin.json'), JSON.stringify({ version: 1, servers: { theirs: server } }))
    await place.run(['sync'], { cwd: project })
    await place.doctor(['--deep'], { cwd: project })
    expect(existsSync(join(project, 'mark'))).toBe(false)
    const trusted = await place.run(['trust', '.'], { cwd: project })
    expect(trusted, trusted.output).toMatchObject({ code: 0 })
    expect(level(await place.doctor(['--deep'], { cwd: project }), 'server-starts')).toContain('ok')
    expect(existsSync(join(project, 'mark'))).toBe(true)
  })
})

describe('doctor --fix', () => {
  it('fixes everything that is safe in one run, and finds nothing in the next', async () => {
    const place = await usual()
    const at = (path: string) => join(place.home, '.mcp-twin', path)
    const windows = place.planted.side('windows')
    // Wiped entries, a missing package, open modes, an abandoned lock of each kind, a byte order mark.
    windows.write(windows.clientFile('claude-desktop'), '\uFEFF{"preferences": {}}')
    chmodSync(at('secrets.json'), 0o644)
    chmodSync(join(place.home, '.claude.json'), 0o664)
    const old = new Date(Date.now() - 3_600_000)
    for (const lock of [at('locks/run'), join(place.home, '.claude.json.lock'), join(place.home, '.claude.json.mcp-twin-lock')]) {
      mkdirSync(lock, { recursive: true })
      utimesSync(lock, old, old)
    }
    const first = await place.doctor()
    expect(summary(first).toSorted()).toEqual(
      [
        'config-encoding error',
        'entries-kept error',
        'locks warning',
        'locks warning',
        'locks warning',
        'secret-modes error',
        'secret-modes warning',
      ].toSorted(),
    )
    const fixed = await place.doctor(['--fix'])
    expect(fixed).toMatchObject({ ok: true, code: 0 })
    expect(summary(fixed)).toEqual([])
    expect(fixed.fixed?.every(({ outcome }) => outcome === 'done')).toBe(true)
    const words = fixed.fixed?.map(({ what }) => what).join('\n') ?? ''
    for (const what of ['secrets.json', 'mode 0600', 'byte order mark', 'tiny added', 'keyed added', 'abandoned lock'])
      expect(words).toContain(what)
    expect(summary(await place.doctor())).toEqual([])
    expect(statSync(at('secrets.json')).mode & 0o777).toBe(0o600)
    expect(windows.read(windows.clientFile('claude-desktop'))).toMatch(/^\{"preferences": \{\}, ?\s*"mcpServers"/)
  })

  it('installs what is missing on a side', async () => {
    const place = await usual()
    const windows = place.planted.side('windows')
    writeFileSync(windows.here('.mcp-twin\\npm\\tiny-server@1.0.0\\installed.json'), '{}')
    expect(summary(await place.doctor())).toContain('server-installed error')
    const { output, code } = await place.run(['doctor', '--fix'])
    expect(output).toContain('✓ Windows: tiny-server 1.0.0 installed')
    expect(code).toBe(0)
  })

  it('explains what is not safe, and leaves it alone', async () => {
    const place = await usual()
    const servers = place.servers(own, 'claude-code')
    place.setServers(own, 'claude-code', { ...servers, keyed: { ...servers.keyed, env: { TAVILY_API_KEY: OTHER_KEY } } })
    const before = readFileSync(join(place.home, '.claude.json'))
    const result = await place.run(['doctor', '--fix'])
    expect(result.code).toBe(3)
    expect(result.stdout).toContain('nothing could be fixed without asking you')
    expect(result.stdout).toContain('mcp-twin sync --adopt')
    expect(readFileSync(join(place.home, '.claude.json'))).toEqual(before)
  })
})

describe('doctor where something else is wrong', () => {
  it('says how to begin where nothing is set up, and still checks the machine', async () => {
    const place = twins(registry)
    const document = await place.doctor()
    expect(document).toMatchObject({ ok: true, code: 0 })
    expect(troubles(document)).toMatchObject([{ check: 'in-sync', level: 'warning', fix: 'mcp-twin init' }])
  })

  it('looks past a damaged store of keys, and shows nothing of it', async () => {
    const place = await usual()
    writeFileSync(join(place.home, '.mcp-twin/secrets.json'), `{"TAVILY_API_KEY": "${KEY}"`, { mode: 0o600 })
    const document = await place.doctor()
    expect(summary(document)).toEqual(['keys-present error'])
    expect(document.result.output).not.toContain(KEY)
  })

  it('reports records that cannot be read', async () => {
    const place = await usual()
    writeFileSync(join(place.home, '.mcp-twin/state.json'), '{')
    const document = await place.doctor()
    expect(document).toMatchObject({
      ok: false,
      code: 3,
      findings: [{ check: 'in-sync', level: 'error', fix: expect.stringContaining('sync --adopt') }],
    })
  })

  it('takes a bad manifest for wrong usage, as every command does', async () => {
    const place = await usual()
    writeFileSync(join(place.home, '.mcp-twin/mcp-twin.json'), '{"version": 1, "serverz": {}}')
    const result = await place.run(['doctor', '--json'])
    expect(result.code).toBe(2)
    expect(result.json.error.message).toContain('serverz')
  })

  it('finds a key in a file under version control', async () => {
    const place = await usual()
    const project = join(place.home, 'work')
    mkdirSync(project)
    writeFileSync(join(project, '.mcp.json'), JSON.stringify({ mcpServers: { web: { command: 'x', env: { WEB_API_KEY: OTHER_KEY } } } }))
    writeFileSync(join(project, 'notes.md'), `the key is ${KEY}`)
    await place.type(`cd ~/work && git init -q . && git add .`)
    const document = await place.doctor(['--check', 'secrets-in-tracked-files'], { cwd: project })
    expect(troubles(document)).toMatchObject([{ subject: 'web: WEB_API_KEY' }, { detail: [join(project, 'notes.md')] }])
    expect(document.result.output).not.toMatch(/4f9Qz8|9aB3dE/)
  })

  it("finds a key in a project's file with comments, whatever its client's format takes", async () => {
    const place = await usual()
    const project = join(place.home, 'work')
    mkdirSync(join(project, 'sub/.cursor'), { recursive: true })
    const entry = `"web": { "command": "x", "env": { "WEB_API_KEY": "${OTHER_KEY}", }, }, // mine`
    writeFileSync(join(project, 'sub/.cursor/mcp.json'), `{ /* c */ "mcpServers": { ${entry}\n } }`)
    writeFileSync(join(project, '.mcp.json'), `{ "mcpServers": { ${entry}\n } }`)
    await place.type(`cd ~/work && git init -q . && git add .`)
    const document = await place.doctor(['--check', 'secrets-in-tracked-files'], { cwd: project })
    expect(troubles(document)).toMatchObject([{ subject: 'web: WEB_API_KEY' }, { subject: 'web: WEB_API_KEY' }])
    expect(document.result.output).not.toMatch(/9aB3dE/)
  })

  it('sees what waits to be approved in this project, and what another scope hides', async () => {
    const place = await usual()
    const project = join(place.home, 'work')
    mkdirSync(project)
    writeFileSync(join(project, '.mcp.json'), JSON.stringify({ mcpServers: { theirs: { command: '/bin/true' } } }))
    const file = join(place.home, '.claude.json')
    const config = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(
      file,
      JSON.stringify({
        ...config,
        projects: { [project]: { mcpServers: { tiny: { command: '/bin/other' } }, disabledMcpServers: ['keyed'] } },
      }),
    )
    const document = await place.doctor([], { cwd: project })
    const found = document.findings.filter(({ check, level: each }) => check.startsWith('claude-code-') && each !== 'ok')
    expect(found).toMatchObject([
      { check: 'claude-code-scopes', level: 'warning', subject: 'tiny', detail: [project] },
      { check: 'claude-code-approval', level: 'info', message: expect.stringContaining('theirs') },
      { check: 'claude-code-approval', level: 'warning', subject: 'keyed' },
      { check: 'claude-code-config', level: 'info' },
    ])
  })
})

describe('doctor on a plain Linux', () => {
  it('looks at the one side there is, detected for real', async () => {
    const place = home()
    place.manifest({ tiny: place.tiny })
    expect(await place.run(['sync'])).toMatchObject({ code: 0 })
    chmodSync(place.path('.mcp-twin'), 0o700)
    const result = await place.run(['doctor'])
    expect(result, result.output).toMatchObject({ code: 0 })
    expect(result.stdout).toMatch(/^Linux\n/)
    expect(result.stdout).toContain('there is no other side')
    expect(result.stdout).not.toContain(place.home)
    const deep = await place.run(['doctor', '--deep'])
    expect(deep.stdout).toMatch(/✓ tiny\s+Claude Code: [\d.]+ s, 1 tool/)
  })
})
