#!/usr/bin/env node
// npm run test:windows [-- OPTIONS]  checks on a real Windows with WSL what no laboratory can show, and prints a report to
// paste into an issue. It needs nothing but node. Homes and configs are scratch ones, which it removes again; your own are
// only looked at. It installs two small servers from the npm registry into the scratch.
//
//   --distro NAME    another distribution than Windows' default
//   --program FILE   another build than this checkout's: …\bin\mcp-twin.mjs
//   --no-stories     leave out what needs npm
//   --python         also install a small server of PyPI by the real uv of both sides, into the scratch
//   --real           also try your real Claude Desktop and Claude Code; asks before it changes anything, and takes it back
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { crossing } from './crossing.mjs'
import { files } from './files.mjs'
import { linuxPath, Report, scratch, userNames } from './ground.mjs'
import { describe, desktopFiles, detect, findWsl } from './machine.mjs'
import { python } from './python.mjs'
import { real } from './real.mjs'
import { stories } from './stories.mjs'

const { values: options } = parseArgs({
  options: {
    distro: { type: 'string' },
    program: { type: 'string' },
    'no-stories': { type: 'boolean' },
    python: { type: 'boolean' },
    real: { type: 'boolean' },
  },
})

function stop(message) {
  console.error(message)
  process.exit(2)
}

if (process.platform !== 'win32') stop('This check is for Windows: start it in PowerShell or cmd, with the node of Windows.')
const windowsProgram = options.program ?? fileURLToPath(new URL('../../bin/mcp-twin.mjs', import.meta.url))
if (!existsSync(join(dirname(windowsProgram), '..', 'dist', 'main.mjs')))
  stop('There is no build here. Either: npm install && npm run build, or name one with --program FILE.')

const report = new Report()
const wsl = await findWsl(options.distro)
for (const name of userNames()) {
  report.hide(homedir(), '~')
  report.hide(name, 'USER')
}
if (wsl !== null) report.hide(wsl.user, 'USER')

const place = await scratch(wsl)
process.on('SIGINT', () => place.remove().then(() => process.exit(130)))
try {
  await describe(report, wsl)
  await desktopFiles(report)
  const program = { windows: windowsProgram, wsl: null }
  const worlds = { windows: await detect(report, { program, wsl, place }, 'windows') }
  const far = worlds.windows.find(({ distro }) => distro === wsl?.distro)
  if (wsl === null || far?.node === undefined) report.row('WSL', 'a distribution with node', false, 'the rest needs one')
  else {
    program.wsl = [far.node, linuxPath(windowsProgram, wsl)]
    worlds.wsl = await detect(report, { program, wsl, place }, 'wsl')
    const ground = { program, worlds, wsl, place, nodes: { linux: far.node } }
    await crossing(report, ground)
    await files(report, ground)
    if (!options['no-stories']) await stories(report, ground)
    if (options.python) await python(report, ground)
    if (options.real) await real(report, ground)
  }
} finally {
  await place.remove()
}
process.exitCode = report.print() === 0 ? 0 : 1
