import { existsSync, readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { describeUnless } from '../../support/left-out.ts'
import { putProgram } from '../../support/own-program.ts'
import { diskCalls, lacksStrace } from '../../support/strace.ts'
import { namesUnder } from '../../support/under.ts'
import { everything, killedAt, type Prepared, type Scenario } from '../support/killed.ts'
import { codeFile, cursorFile, expectTidy, type Home, home } from '../support/place.ts'

const own = '{\n  "theirs": 1,\n  "mcpServers": { "two": { "command": "two", "args": ["x.js"] } }\n}\n'
const offline = ['--yes', '--offline']

/** A home with a server of the person's own, one of ours in two programs, a key and something remembered. */
async function lived(): Promise<Home> {
  const place = home()
  putProgram(place.path('.mcp-twin'))
  place.write(codeFile, own)
  place.write(cursorFile, '// theirs\n{ "mcpServers": {} }\n')
  for (const [words, input] of [
    [['init', '--no-bridge', ...offline]],
    [['secret', 'set', 'OUR_KEY'], 'our-key-0123456789\n'],
    [['add', 'ours', '--no-try', '--command', 'our-tool', '--offline', '--', '${secret:OUR_KEY}']],
    [['memory', 'set', 'plan', 'blue']],
  ] as const)
    expect([0, 3]).toContain((await place.run(words, input === undefined ? {} : { input })).code)
  return place
}

/** What is the person's own in our folder, which no command here may lose. */
const expectKept = async (place: Home, where: string) => {
  for (const name of ['mcp-twin.json', 'secrets.json', 'bridge/store/current', 'backups'])
    expect(existsSync(place.path(`.mcp-twin/${name}`)), `${name}, ${where}`).toBe(true)
}

const rerun = async (place: Home, args: readonly string[], where: string) => {
  const { code, output } = await place.run(args)
  expect(code, `${where}: ${output}`).toBe(0)
  return output
}

const uninstall: Scenario = {
  prepare: lived,
  args: ['uninstall', ...offline],
  files: [codeFile, cursorFile, '.mcp-twin/mcp-twin.json', '.mcp-twin/secrets.json'],
}

async function afterUninstall({ place, after }: Prepared, where: string): Promise<void> {
  await expectKept(place, where)
  await rerun(place, uninstall.args, where)
  expect(uninstall.files.map((file) => (place.has(file) ? place.read(file) : null)).slice(0, 2), where).toEqual([own, after[1]])
  const left = readdirSync(place.path('.mcp-twin')).filter(
    (name) => !/^(?:mcp-twin\.json|mcp-twin\.lock\.json|secrets\.json|backups|bridge)$/.test(name),
  )
  expect(left, where).toEqual([])
  await expectKept(place, where)
  expectTidy(place.home)
}

const exported: Scenario = {
  prepare: lived,
  args: ['export', 'setup', '--with-memory', '--offline'],
  files: [codeFile, cursorFile, '.mcp-twin/mcp-twin.json', '.mcp-twin/secrets.json'],
}

async function afterExport({ place }: Prepared, where: string): Promise<void> {
  await expectKept(place, where)
  await rerun(place, exported.args, where)
  const names = namesUnder(place.path('setup'))
  expect(names, where).toEqual(expect.arrayContaining(['mcp-twin.json']))
  expect(
    names.filter((name) => /\.mcp-twin-|\.part$|\.tmp$/.test(name)),
    where,
  ).toEqual([])
  expectTidy(place.home)
}

const imported: Scenario = {
  async prepare() {
    const place = await lived()
    await rerun(place, ['export', 'setup', '--with-memory', '--offline'], 'before')
    await rerun(place, ['remove', 'ours', ...offline], 'before')
    await rerun(place, ['memory', 'delete', 'plan'], 'before')
    return place
  },
  args: ['import', 'setup', '--trust', '--with', 'memory', ...offline],
  files: [codeFile, cursorFile],
}

async function afterImport({ place, after }: Prepared, where: string): Promise<void> {
  await expectKept(place, where)
  await rerun(place, imported.args, where)
  expect(
    imported.files.map((file) => place.read(file).replaceAll(place.root, 'ROOT')),
    where,
  ).toEqual(after)
  expect(place.servers(codeFile), where).toMatchObject({ two: { command: 'two' }, ours: {} })
  expectTidy(place.home)
}

describeUnless(lacksStrace(), 'a command that is killed at one of its system calls', () => {
  const commands = { uninstall: [uninstall, afterUninstall], export: [exported, afterExport], import: [imported, afterImport] } as const
  const cases = (['uninstall', 'export', 'import'] as const).flatMap((name) => diskCalls.map((call) => [name, call] as const))

  it.each(cases)(
    'loses nothing, and the same command goes on: %s at %s',
    async (name, call) => {
      const [scenario, check] = commands[name]
      await killedAt(scenario, call, check)
    },
    everything ? 3_600_000 : 120_000,
  )
})

it('an export takes away what a killed one had left beside its files, and nothing else', async () => {
  const place = await lived()
  const [left, theirs] = [`setup/SETUP.md.mcp-twin-${2 ** 30}-9103b269.tmp`, 'setup/notes.tmp']
  for (const name of [left, theirs]) place.write(name, 'half')
  await rerun(place, exported.args, 'after')
  expect([place.has(left), place.has(theirs)]).toEqual([false, true])
})
