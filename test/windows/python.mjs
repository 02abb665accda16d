// Only with --python: a small server of PyPI by the real uv of both sides, in scratch homes. What the stand-in of the tests claims about uv is
// looked at here: links and programs, absolute paths, what a later moment would bring, what is left when it is taken away.
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { asDesktop } from './desktop.mjs'
import { run } from './ground.mjs'
import { plant, typed } from './stories.mjs'

const name = 'mcp-server-time'

export async function python(report, { program, worlds, wsl, place }) {
  await report.part('Python packages', async (row) => {
    const uv = { windows: await run(['where.exe', 'uv']), wsl: await run([...wsl.enter, '/bin/sh', '-lc', 'uv --version']) }
    row('uv on Windows', uv.windows.code === 0, uv.windows.text || 'install it: powershell -c "irm https://astral.sh/uv/install.ps1 | iex"')
    row('uv in WSL', uv.wsl.code === 0, uv.wsl.text || 'install it: curl -LsSf https://astral.sh/uv/install.sh | sh')
    if (uv.windows.code !== 0 || uv.wsl.code !== 0) return
    for (const self of ['wsl', 'windows']) {
      const planted = plant(self, worlds, wsl, place, `python-${self}`)
      const type = typed(self, planted, program, wsl)
      mkdirSync(dirname(planted.desktop), { recursive: true })
      writeFileSync(planted.desktop, '{}')
      await type('init', '--yes', '--no-bridge', '--no-import', '--no-command', '--json', '--quiet')
      const add = await type('add', `pypi:${name}`, '--name', 'time', '--yes', '--json', '--quiet')
      row(`home ${self}: add`, add.code === 0, add.code === 0 ? `${Math.round(add.ms / 1000)} s` : add.stderr || add.text)
      const home = self === 'wsl' ? planted.own.wsl : planted.own.windows
      if (add.code !== 0) continue
      const locked = JSON.parse(readFileSync(join(home, 'mcp-twin.lock.json'), 'utf8')).python?.[name]
      row(`home ${self}: lock`, locked !== undefined, JSON.stringify(locked))
      for (const side of ['windows', 'wsl']) {
        const folder = join(planted.own[side], 'pypi', `${name}@${locked?.version}`)
        const scripts = join(folder, 'bin')
        const names = existsSync(scripts) ? readdirSync(scripts) : []
        row(`home ${self}: console script on ${side}`, names.includes(side === 'windows' ? `${name}.exe` : name), names.join(', '))
        row(`home ${self}: file done on ${side}`, existsSync(join(folder, 'done')))
        if (names[0] !== undefined)
          row(`home ${self}: link on ${side}`, 'note', String(lstatSync(join(scripts, names[0])).isSymbolicLink()))
      }
      const again = await type('sync', '--check')
      row(`home ${self}: sync --check`, again.code === 0, again.code === 0 ? '' : again.text)
      const { mcpServers } = JSON.parse(readFileSync(planted.desktop, 'utf8'))
      row(`home ${self}: entry of Claude Desktop`, /\.exe$/.test(mcpServers?.time?.command ?? ''), JSON.stringify(mcpServers?.time))
      for (const answer of await asDesktop(planted.desktop))
        row(
          `home ${self}: ${answer.name}, started as Claude Desktop does`,
          answer.trouble === null,
          answer.trouble ?? `${Math.round(answer.readyMs)} ms`,
        )
      const gone = await type('add', 'pypi:mcp-twin-no-such-package', '--yes')
      row(
        `home ${self}: uv's words about a package that does not exist`,
        /there is no package/.test(gone.text + gone.stderr),
        gone.stderr || gone.text,
      )
      const source = await type('add', 'pypi:termcolor@1.1.0', '--name', 'source', '--yes', '--no-try')
      row(
        `home ${self}: uv's words about a build from source`,
        /built from source/.test(source.text + source.stderr),
        source.stderr || source.text,
      )
      const uninstall = await type('uninstall', '--yes')
      row(`home ${self}: uninstall`, uninstall.code === 0 && !existsSync(join(home, 'pypi')), uninstall.stderr)
    }
  })
}
