// Starts one entry of a config with few variables, as Claude Desktop does, and prints what support/echo-server.mjs tells.
// Arguments: the config file, the entry's name.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const [file, name] = process.argv.slice(2)
const { command, args = [], env = {} } = JSON.parse(readFileSync(file, 'utf8')).mcpServers[name]
const windows = /^(APPDATA|COMSPEC|LOCALAPPDATA|PATH|PATHEXT|SYSTEMDRIVE|SYSTEMROOT|TEMP|TMP|USERNAME|USERPROFILE|WINDIR)$/i
const posix = /^(HOME|LOGNAME|PATH|SHELL|TERM|USER|WSL_DISTRO_NAME|WSL_INTEROP|TWINLAB_\w+)$/
const passedOn = process.platform === 'win32' ? windows : posix
const base = Object.fromEntries(Object.entries(process.env).filter(([each]) => passedOn.test(each)))
const cwd = process.platform === 'win32' ? 'C:\\Windows\\System32' : '/'
const child = spawn(command, args, { env: { ...base, ...env }, cwd, stdio: ['pipe', 'pipe', 'inherit'] })
const send = (id, method) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params: {} })}\n`)
createInterface({ input: child.stdout }).on('line', (line) => {
  const { id, result } = JSON.parse(line)
  if (id === 1) send(2, 'tools/call')
  if (id !== 2) return
  console.log(result.content[0].text)
  child.stdin.end()
})
send(1, 'initialize')
