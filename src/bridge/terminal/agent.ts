/**
 * What starts a command on the other side: a few lines that the other side's own node runs. Killing `wsl.exe` or an
 * interop process from here leaves its program running (microsoft/WSL#2151, #12159), so it is ended from there: at the
 * end of its input, which also comes when we die. Its first line of input is the order; each line after that is input
 * for the command, as JSON, null at its end. The command's output goes through untouched.
 */
const source = `
const { spawn, execFileSync } = require('node:child_process')
const { constants } = require('node:os')
const windows = process.platform === 'win32'
let rest = '', child = null, over = false
function end() {
  if (!child || over) return process.exit(1)
  over = true
  try {
    if (windows) execFileSync(process.env.SystemRoot + '\\\\System32\\\\taskkill.exe', ['/PID', String(child.pid), '/T', '/F'], { stdio: 'ignore', timeout: 5000 })
    else process.kill(-child.pid, 'SIGKILL')
  } catch {}
  setTimeout(() => process.exit(1), 200)
}
function start(order) {
  const allowed = new RegExp(order.allowed, 'i')
  const env = { ...order.env }
  for (const name of Object.keys(process.env)) if (allowed.test(name)) env[name] = process.env[name]
  child = spawn(order.file, order.args, { cwd: order.cwd || (windows ? process.env.USERPROFILE : process.env.HOME), env, detached: !windows, windowsHide: true, windowsVerbatimArguments: order.verbatim, stdio: [order.input ? 'pipe' : 'ignore', 'inherit', 'inherit'] })
  child.on('error', (error) => { process.stderr.write(order.file + ': ' + error.message + '\\n'); process.exit(127) })
  child.on('exit', (code, signal) => { over = true; process.exit(code === null ? 128 + (constants.signals[signal] || 1) : code) })
  if (child.stdin) child.stdin.on('error', () => {})
}
process.stdin.setEncoding('utf8')
process.stdin.on('data', (chunk) => {
  rest += chunk
  for (let at = rest.indexOf('\\n'); at >= 0; at = rest.indexOf('\\n')) {
    const line = rest.slice(0, at)
    rest = rest.slice(at + 1)
    if (child === null) start(JSON.parse(line))
    else if (child.stdin) {
      const text = JSON.parse(line)
      if (text === null) child.stdin.end()
      else child.stdin.write(text)
    }
  }
})
process.stdin.on('end', end)
process.stdin.on('error', end)
`

/** Arguments for the other side's node: no blanks and no double quotes, so that no shell and no border changes them. */
export const agentArguments = (): string[] => ['-e', `eval(Buffer.from('${Buffer.from(source).toString('base64')}','base64').toString())`]

/** The first line of the agent's input. */
export interface Order {
  readonly file: string
  readonly args: readonly string[]
  /** None: the user's own folder. */
  readonly cwd: string | undefined
  readonly verbatim: boolean
  /** The command may be given input. */
  readonly input: boolean
  /** Pattern of the variables that pass. */
  readonly allowed: string
  readonly env: Readonly<Record<string, string>>
}
