// What crosses the border must arrive as it was, and end with its client: both directions, bare pipes.
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decode, linuxPath, run } from './ground.mjs'
import odd from './odd-words.json' with { type: 'json' }

const key = 'check$é%"9^&x'
const words = ['--tell=CHECK_KEY', ...odd]

export async function crossing(report, { wsl, place, nodes }) {
  for (const name of ['mirror.mjs', 'raw-client.mjs'])
    copyFileSync(fileURLToPath(new URL(name, import.meta.url)), join(place.windows, name))
  const at = (name) => join(place.windows, name)
  const there = (name) => linuxPath(at(name), wsl)
  const entry = (command, args, flag) => ({ command, args: [...args, ...words], env: { CHECK_KEY: key, WSLENV: `CHECK_KEY/${flag}` } })
  const [wslExe, ...enter] = wsl.enter
  const configs = {
    'Windows to WSL': entry(wslExe, [...enter, nodes.linux, there('mirror.mjs')], 'u'),
    'WSL to Windows': entry(linuxPath(process.execPath, wsl), [at('mirror.mjs')], 'w'),
  }
  for (const [title, far] of Object.entries(configs)) {
    await report.part(title, async (row) => {
      const file = `${title.replaceAll(' ', '-')}.json`
      writeFileSync(at(file), JSON.stringify({ mcpServers: { far } }))
      const client = async (...work) => {
        const argv =
          title === 'Windows to WSL'
            ? [process.execPath, at('raw-client.mjs'), at(file), 'far', ...work]
            : [...wsl.enter, nodes.linux, there('raw-client.mjs'), there(file), 'far', ...work]
        const { stdout, stderr, trouble } = await run(argv, { timeoutMs: 120_000 })
        if (stdout.length === 0) throw new Error(trouble ?? stderr)
        return JSON.parse(decode(stdout))
      }
      const { said, sent, got } = await client('noise', '3000000')
      row('3 MB of noise there and back', sent === got, said.trouble)
      const wrong = words.filter((word, index) => said.argv?.[index] !== word)
      row(
        'arguments with blanks, quotes and signs',
        wrong.length === 0 && said.argv?.length === words.length,
        wrong.length === 0 ? '' : `${JSON.stringify(wrong)} came as ${JSON.stringify(said.argv)}`,
      )
      row('a variable by WSLENV', said.env?.CHECK_KEY === key, said.env?.CHECK_KEY ?? 'did not arrive')
      const ended = await client('end')
      row('ends within 2 s of the end of its input', ended.endMs < 2000, `${Math.round(ended.endMs ?? 0)} ms`)
      const { started } = await client('kill', '20')
      await new Promise((resolve) => setTimeout(resolve, 3000))
      const left = [
        await onWindows(),
        (await run([...wsl.enter, '/bin/sh', '-c', 'grep -l mirror.mj[s] /proc/[0-9]*/cmdline 2>/dev/null | wc -l'])).text,
      ]
      row(
        '20 starts and kills leave no process',
        started === 20 && left.every((each) => each === '0' || each === '?'),
        `${started} started; left on Windows ${left[0]}, in WSL ${left[1]}`,
      )
    })
  }
}

/** How many processes of Windows have the mirror in their command line; only PowerShell tells. */
async function onWindows() {
  const count = "@(Get-CimInstance Win32_Process | Where-Object { $_.Name -eq 'node.exe' -and $_.CommandLine -match 'mirror\\.mjs' }).Count"
  const { code, text } = await run(['powershell.exe', '-NoProfile', '-NonInteractive', '-Command', count])
  return code === 0 ? text : '?'
}
