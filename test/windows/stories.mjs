// Both stories in scratch homes: what would be written is written there, by the real npm of each side, and started as its
// program would. The homes are planted (MCP_TWIN_WORLD), everything else is this machine.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { linuxPath, run } from './ground.mjs'
import { asDesktop } from './desktop.mjs'

const servers = ['memory', 'filesystem']

/**
 * Both sides with homes in the scratch, as one of them sees them. Each story has homes of its own: what an earlier one left
 * on the other side would name its home, and a command handed over to it would no longer be planted.
 */
export function plant(self, worlds, wsl, place) {
  const home = join(place.windows, self, 'home')
  const folders = { home, appData: join(home, 'AppData', 'Roaming'), localAppData: join(home, 'AppData', 'Local') }
  const npm = join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js')
  const linuxHome = `${place.linux}/${self}/home`
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
  mkdirSync(join(place.share, self, 'home'), { recursive: true })
  const file = join(place.windows, `world-${self}.json`)
  writeFileSync(file, JSON.stringify({ environments }, null, 2))
  return {
    file,
    desktop: join(folders.appData, 'Claude', 'claude_desktop_config.json'),
    code: join(place.share, self, 'home', '.claude.json'),
  }
}

/** The program, typed on a side of the planted world. */
function typed(self, planted, program, wsl) {
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
      const init = await type('init', '--yes', '--no-bridge', ...servers.flatMap((name) => ['--server', name]), '--json', '--quiet')
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
      const undo = await type('undo', '--json', '--quiet')
      row('undo, byte for byte', undo.code === 0 && readFileSync(planted.desktop, 'utf8') === before, undo.stderr)
    })
  }
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
