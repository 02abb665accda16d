// Both stories in scratch homes: what would be written is written there, by the real npm of each side, and started as its
// program would. The homes are planted (MCP_TWIN_WORLD), everything else is this machine.
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { linuxPath, run } from './ground.mjs'
import { asDesktop, callAsDesktop } from './desktop.mjs'

const servers = ['memory', 'filesystem']

/**
 * Both sides with homes in the scratch, as one of them sees them. Each story has homes of its own: what an earlier one left
 * on the other side would name its home, and a command handed over to it would no longer be planted.
 */
export function plant(self, worlds, wsl, place, story = self) {
  const home = join(place.windows, story, 'home')
  const folders = { home, appData: join(home, 'AppData', 'Roaming'), localAppData: join(home, 'AppData', 'Local') }
  const npm = join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js')
  const linuxHome = `${place.linux}/${story}/home`
  const fromWindows = worlds.windows?.find(({ distro }) => distro === wsl.distro)
  const seenFromWsl = worlds.wsl?.find(({ id }) => id === 'windows')
  const environments =
    self === 'windows'
      ? [
          { id: 'windows', kind: 'windows', self: true, user: 'check', ...folders, node: process.execPath, npm },
          { ...fromWindows, home: linuxHome },
        ]
      : [
          { ...fromWindows, self: true, home: linuxHome, exec: undefined, files: [] },
          { ...seenFromWsl, ...folders },
        ]
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true })
  mkdirSync(join(place.share, story, 'home'), { recursive: true })
  const file = join(place.windows, `world-${story}-${self}.json`)
  writeFileSync(file, JSON.stringify({ environments }, null, 2))
  return {
    file,
    desktop: join(folders.appData, 'Claude', 'claude_desktop_config.json'),
    code: join(place.share, story, 'home', '.claude.json'),
    // What belongs to us, as this script opens it.
    own: { windows: join(home, '.mcp-twin'), wsl: join(place.share, story, 'home', '.mcp-twin') },
  }
}

/** The program, typed on a side of the planted world. */
export function typed(self, planted, program, wsl) {
  const options = { timeoutMs: 600_000 }
  if (self === 'windows')
    return (...words) =>
      run([process.execPath, program.windows, ...words], { ...options, env: { ...process.env, MCP_TWIN_WORLD: planted.file } })
  const world = `MCP_TWIN_WORLD=${linuxPath(planted.file, wsl)}`
  return (...words) => run([...wsl.enter, '/usr/bin/env', world, ...program.wsl, ...words], options)
}

export async function stories(report, { program, worlds, wsl, place }) {
  for (const [self, title] of [
    ['wsl', 'home in WSL'],
    ['windows', 'home on Windows'],
  ]) {
    await report.part(title, async (row) => {
      const planted = plant(self, worlds, wsl, place)
      const type = typed(self, planted, program, wsl)
      const before = '{\r\n  "preferences": { "a": 1 }\r\n}\r\n'
      mkdirSync(dirname(planted.desktop), { recursive: true })
      writeFileSync(planted.desktop, before)
      const init = await type('init', '--yes', '--no-command', ...servers.flatMap((name) => ['--server', name]), '--json', '--quiet')
      const said = parsed(init.text)
      row('init', init.code === 0, init.code === 0 ? `${Math.round(init.ms / 1000)} s` : troubles(said) || init.stderr || init.trouble)
      for (const check of said?.checks ?? [])
        row(`${check.server} answers on ${check.environment}`, check.ok, check.reason ?? `${check.ms} ms`)
      const text = readFileSync(planted.desktop, 'utf8')
      row('line ends and settings of the file are kept', text.startsWith('{\r\n  "preferences": { "a": 1 },\r\n') && !/[^\r]\n/.test(text))
      for (const answer of await asDesktop(planted.desktop)) {
        row(
          `${answer.name}, started as Claude Desktop does`,
          answer.trouble === null,
          answer.trouble ?? `${Math.round(answer.readyMs)} ms, ends in ${Math.round(answer.endMs)} ms`,
        )
      }
      await bridge(row, planted, self, wsl)
      await held(row, planted, type)
      await typedElsewhere(row, planted, self, { program, worlds, wsl, place, type })
      // The newest run first: what followed init, then init itself.
      let undo = { code: 0, stderr: '' }
      for (let runs = 0; runs < 3 && undo.code === 0 && readFileSync(planted.desktop, 'utf8') !== before; runs++)
        undo = await type('undo', '--json', '--quiet')
      row('undo, byte for byte', undo.code === 0 && readFileSync(planted.desktop, 'utf8') === before, undo.stderr)
    })
  }
}

/** Through the one bridge: what Claude Desktop's entry writes Claude Code's reads, and the reverse. */
async function bridge(row, planted, self, wsl) {
  const entryOf = (file) => JSON.parse(readFileSync(file, 'utf8')).mcpServers['mcp-twin']
  const [desktop, { command, args, env = {} }] = [entryOf(planted.desktop), entryOf(planted.code)]
  const [wslExe, ...enter] = wsl.enter
  const code = { command: wslExe, args: [...enter, '/usr/bin/env', ...Object.entries(env).map((each) => each.join('=')), command, ...args] }
  const note = 'note é漢😀.txt'
  await callAsDesktop(desktop, [['write_file', { path: note, content: 'from Desktop' }]])
  const back = await callAsDesktop(code, [
    ['read_file', { path: note }],
    ['edit_file', { path: note, edits: [{ old_string: 'Desktop', new_string: 'Code' }] }],
  ])
  const again = await callAsDesktop(desktop, [['read_file', { path: note }]])
  row('what Claude Desktop writes Claude Code reads', back.results[0] === 'from Desktop', back.results[0] ?? back.trouble)
  row('and the reverse', again.results[0] === 'from Code', again.results[0] ?? again.trouble)
  const file = join(planted.own[self], 'bridge', 'workspace', note)
  row('and it lies where it should', existsSync(file) && readFileSync(file, 'utf8') === 'from Code')
}

/** A config that another program holds open is refused with the program's name, whole as it was; once it is free it is written. */
async function held(row, planted, type) {
  const before = readFileSync(planted.desktop, 'utf8')
  const handle = openSync(planted.desktop, 'r')
  const add = await type('add', 'held', '--no-try', '--command', 'node', '--json', '--quiet', '--', 'x.mjs')
  closeSync(handle)
  const reason = parsed(add.text)?.steps?.find(({ outcome }) => outcome === 'refused')?.reason ?? ''
  const refused = add.code === 3 && /most likely Claude Desktop/.test(reason) && readFileSync(planted.desktop, 'utf8') === before
  const replaced = add.code === 0 && readFileSync(planted.desktop, 'utf8').includes('"held"')
  row('a config that is held open is refused by name, or replaced', refused || replaced, reason || `exit ${add.code}`)
  const sync = await type('sync', '--no-try', '--json', '--quiet')
  row('once it is free it is written', sync.code === 0 && readFileSync(planted.desktop, 'utf8').includes('"held"'), sync.stderr)
}

/** The same command typed on the other side, which hands it over to home: home's answer and exit code. */
async function typedElsewhere(row, planted, self, { program, worlds, wsl, place, type }) {
  const other = self === 'wsl' ? 'windows' : 'wsl'
  const away = typed(other, plant(other, worlds, wsl, place, self), program, wsl)
  // Home's program would look at the real homes: in the scratch its launcher is told of the planted world first.
  const bin = join(planted.own[self], 'bin')
  renameSync(join(bin, 'mcp-twin.mjs'), join(bin, 'real.mjs'))
  const world = JSON.stringify(self === 'wsl' ? linuxPath(planted.file, wsl) : planted.file)
  writeFileSync(join(bin, 'mcp-twin.mjs'), `process.env.MCP_TWIN_WORLD = ${world}\nawait import('./real.mjs')\n`)
  for (const [words, code] of [
    [['list', '--json'], 0],
    [['remove', 'nothing-of-the-kind'], 2],
  ]) {
    const [here, there] = [await type(...words), await away(...words)]
    const same = there.code === code && here.code === code && here.text === there.text
    row(`${words[0]}, typed on the other side`, same, same ? '' : `exit ${there.code} for ${here.code}: ${there.stderr || there.text}`)
  }
  rmSync(join(bin, 'mcp-twin.mjs'))
  renameSync(join(bin, 'real.mjs'), join(bin, 'mcp-twin.mjs'))
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const troubles = (said) =>
  (said?.steps ?? [])
    .filter(({ outcome }) => outcome === 'failed' || outcome === 'refused')
    .map(({ environment, server, reason }) => `${environment} ${server ?? ''}: ${reason}`)
    .join('; ') || said?.error?.message
