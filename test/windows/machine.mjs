// What machine this is, and what the program finds on it. Nothing is written but into the scratch.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { release, version } from 'node:os'
import { join } from 'node:path'
import { run } from './ground.mjs'

const wslExe = join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'wsl.exe')

/** The distribution to work with: the one that was named, or Windows' default; null without WSL. */
export async function findWsl(named) {
  const { code, text } = await run([wslExe, '-l', '-q'], { timeoutMs: 20_000 })
  if (code !== 0) return null
  const names = text.split('\n').filter((each) => each !== '' && !/^(docker-desktop|rancher-desktop|podman)/i.test(each))
  const distro = named ?? names[0]
  if (distro === undefined) return null
  const user = (await run([wslExe, '-d', distro, '--exec', '/usr/bin/id', '-un'])).text
  return { distro, user, names, enter: [wslExe, '-d', distro, '-u', user, '--exec'] }
}

export async function describe(report, wsl) {
  report.fact('Windows', `${version()} ${release()}`)
  report.fact('node', `${process.version} ${process.execPath}`)
  // How Claude Code's claude.exe is told from Claude Desktop's.
  const paths = "Get-Process claude, node -ErrorAction SilentlyContinue | ForEach-Object { [string]$_.Id + ' ' + $_.Path }"
  const told = await run(['powershell.exe', '-NoProfile', '-NonInteractive', '-Command', paths], { timeoutMs: 20_000 })
  const own = told.text.split('\n').some((line) => line.startsWith(`${process.pid} `) && /node\.exe$/i.test(line.trim()))
  report.fact(
    'PowerShell tells the path of a process',
    own ? `yes, in ${Math.round(told.ms)} ms` : `no: ${told.stderr || told.trouble || ''}`,
  )
  report.fact(
    'programs called claude.exe',
    told.text
      .split('\n')
      .filter((line) => /claude\.exe$/i.test(line.trim()))
      .map((line) => line.replace(/^\d+ /, ''))
      .join('; ') || 'none',
  )
  if (wsl === null) return report.fact('WSL', 'none')
  report.fact('WSL', (await run([wslExe, '--version'])).text || 'wsl.exe knows no --version (the one in Windows)')
  report.fact('distributions', (await run([wslExe, '-l', '-v'])).text)
  const linux = (line) => run([...wsl.enter, '/bin/sh', '-c', line])
  report.fact('kernel', (await linux('cat /proc/sys/kernel/osrelease')).text)
  report.fact('distribution', (await linux('. /etc/os-release; echo $PRETTY_NAME')).text)
  report.fact('network', (await linux('wslinfo --networking-mode || echo unknown')).text)
  report.fact('interop', (await linux('head -1 /proc/sys/fs/binfmt_misc/WSLInterop* 2>&1')).text)
  report.fact('mounts', (await linux('grep -E "drvfs|aname" /proc/mounts | cut -c1-120')).text)
}

/** Which folders of Claude Desktop are there, and when it was last at work in each: times, no contents. */
export async function desktopFiles(report) {
  const local = process.env.LOCALAPPDATA ?? ''
  const list = (folder, pattern) => (existsSync(folder) ? readdirSync(folder).filter((each) => pattern.test(each)) : [])
  const look = (folder) =>
    ['claude_desktop_config.json', 'Local State'].map((name) => statSync(join(folder, name), { throwIfNoEntry: false }))
  const { CLAUDE_USER_DATA_DIR: moved } = process.env
  report.fact('CLAUDE_USER_DATA_DIR', moved ?? 'not set')
  const data = join(local, 'Claude-Data')
  const folders = [
    ...(moved ? [moved] : []),
    // Where it is a folder of settings itself, Chromium's own folders lie in it.
    ...list(data, /./)
      .map((each) => join(data, each))
      .filter((each) => look(each).some(Boolean)),
    data,
    ...list(join(local, 'Packages'), /^(anthropicpbc\.)?claude_/i).map((each) =>
      join(local, 'Packages', each, 'LocalCache/Roaming/Claude'),
    ),
    join(process.env.APPDATA ?? '', 'Claude'),
  ]
  const time = (stats) => (stats ? `${stats.size} bytes, ${stats.mtime.toISOString()}` : 'not there')
  for (const folder of folders) {
    const [config, state] = look(folder)
    report.fact("Claude Desktop's folder", `${folder}: config ${time(config)}; Local State ${time(state)}`)
  }
  for (const root of ['HKLM', 'HKCU']) {
    const { code, text } = await run(['reg.exe', 'query', `${root}\\SOFTWARE\\Policies\\Claude`])
    report.fact(`policies for Claude Desktop in ${root}`, code === 0 ? text.trim() : 'none')
  }
}

/**
 * Lets the program look at both sides, typed on one of them, cold and warm. It remembers what it saw in the scratch, and
 * that is what the stories are planted with. Answers the other sides as it found them.
 */
export async function detect(report, { program, wsl, place }, side) {
  let found = []
  await report.part(`detection, typed on ${side}`, async (row) => {
    const look = ['list', '--json']
    const type = () =>
      side === 'windows'
        ? run([process.execPath, program.windows, ...look], { env: { ...process.env, MCP_TWIN_HOME: place.windows } })
        : run([...wsl.enter, '/usr/bin/env', `MCP_TWIN_HOME=${place.linux}`, ...program.wsl, ...look])
    // Without a manifest `list` is refused, after it has looked.
    const [cold, warm] = [await type(), await type()]
    row('cold, under 10 s', cold.trouble === undefined && cold.ms < 10_000, `${Math.round(cold.ms)} ms ${cold.trouble ?? ''}`)
    row('warm, under 1 s beside node itself', warm.trouble === undefined && warm.ms < 2000, `${Math.round(warm.ms)} ms`)
    const file = join(side === 'windows' ? place.windows : place.share, 'cache.json')
    if (!existsSync(file)) return row('the other side', false, `nothing was found: ${cold.stderr || cold.text}`)
    found = JSON.parse(readFileSync(file, 'utf8')).environments
    for (const each of found)
      row(`sees ${each.id}`, each.trouble === undefined, each.trouble?.reason ?? `${each.home}, node ${each.nodeVersion} ${each.node}`)
  })
  return found
}
