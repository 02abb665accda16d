// Only with --real, and only after a yes: the person's own configs are changed by a real `init`, looked at together with the
// person, and taken back by `undo`.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline/promises'
import { run } from './ground.mjs'

export async function real(report, { program, wsl }) {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const yes = async (question) => /^y/i.test(await terminal.question(`\n${question} [y/n] `))
  const type = (...words) => run([process.execPath, program.windows, ...words], { timeoutMs: 600_000 })
  const inWsl = (...words) => run([...wsl.enter, ...program.wsl, ...words], { timeoutMs: 600_000 })
  const agree =
    'This adds the server "memory" to your real Claude Desktop and Claude Code, lets you look, and takes it back with undo. Go on?'
  if (!(await yes(agree))) {
    terminal.close()
    return
  }
  await report.part('the real programs', async (row) => {
    const init = await type('init', '--yes', '--no-bridge', '--no-import', '--no-command', '--server', 'memory', '--json', '--quiet')
    row('init', init.code === 0, init.code === 0 ? '' : `exit ${init.code}: ${init.stderr || init.text}`)
    row(
      'Claude Desktop shows "memory" as running',
      await yes('Quit Claude Desktop fully (tray icon), start it, open Settings > Developer. Is "memory" running?'),
    )
    row('its tools work', await yes('Ask it in a chat to remember something with the memory server. Did the tool run?'))
    row('Claude Code shows it connected', await yes(`In ${wsl.distro}, start claude and type /mcp. Is "memory" connected?`))
    const check = await type('sync', '--check')
    row('the entries are still there after Claude Desktop was started', check.code === 0, check.text)
    row('typed in WSL, the same', (await inWsl('sync', '--check')).code === check.code)
    const doctor = await type('doctor', '--json')
    row('doctor', 'note', doctor.text.replace(/[\s\S]*"findings"/, '"findings"'))
    const asked = await new Promise((resolve) => {
      console.error('\nThe program asks for a key now, by way of the other side. Type anything, then Enter.')
      const child = spawn(wsl.enter[0], [...wsl.enter.slice(1), ...program.wsl, 'secret', 'set', 'MCP_TWIN_CHECK'], { stdio: 'inherit' })
      child.on('close', resolve)
    })
    row('a question across the border', asked === 0 && (await yes('Were the letters hidden?')))
    await type('secret', 'remove', 'MCP_TWIN_CHECK')
    const undo = await type('undo', '--json', '--quiet')
    row('undo', undo.code === 0, undo.stderr)
  })
  terminal.close()
}
