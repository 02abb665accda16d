// Starts one entry of a config as its program would, on whichever side it runs, and looks at the bare pipes.
// Arguments: the config file, the entry's name, and what to do: `noise BYTES`, `end` or `kill TIMES`. Prints JSON.
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

const [file, name, work, count] = process.argv.slice(2)
const { command, args = [], env = {} } = JSON.parse(readFileSync(file, 'utf8')).mcpServers[name]
const passedOn =
  process.platform === 'win32'
    ? /^(APPDATA|COMSPEC|HOMEDRIVE|HOMEPATH|LOCALAPPDATA|PATH|PATHEXT|SYSTEMDRIVE|SYSTEMROOT|TEMP|TMP|USERNAME|USERPROFILE|WINDIR)$/i
    : /./
const base = Object.fromEntries(Object.entries(process.env).filter(([each]) => passedOn.test(each)))
const cwd = process.platform === 'win32' ? 'C:\\Windows\\System32' : process.env.HOME

/** The child, and what it said of itself as soon as it runs. */
function start() {
  const child = spawn(command, args, { env: { ...base, ...env }, cwd, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => {})
  let text = ''
  const said = new Promise((resolve) => {
    child.stderr.on('data', (chunk) => {
      text += chunk
      const line = text.split('\n').find((each, at, all) => each.startsWith('{') && at < all.length - 1)
      if (line !== undefined) resolve(JSON.parse(line))
    })
    child.on('error', (error) => resolve({ trouble: error.message }))
    child.on('close', (code) => resolve({ trouble: `ended with ${code}: ${text}` }))
  })
  return { child, said }
}

const digest = (bytes) => createHash('sha256').update(bytes).digest('hex')

async function noise(size) {
  const { child, said } = start()
  const sent = randomBytes(size)
  const got = []
  child.stdout.on('data', (chunk) => got.push(chunk))
  child.stdin.end(sent)
  await once(child, 'close')
  return { said: await said, sent: digest(sent), got: digest(Buffer.concat(got)) }
}

async function end() {
  const { child, said } = start()
  child.stdout.resume()
  const told = await said
  const began = performance.now()
  child.stdin.end()
  await once(child, 'close')
  return { said: told, endMs: performance.now() - began, code: child.exitCode }
}

async function kill(times) {
  let started = 0
  const once1 = async () => {
    const { child, said } = start()
    if ((await said).trouble === undefined) started++
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  for (let done = 0; done < times; done += 5) await Promise.all(Array.from({ length: Math.min(5, times - done) }, once1))
  return { started }
}

const result = await { noise, end, kill }[work](Number(count ?? 0))
console.log(JSON.stringify(result))
process.exit()
