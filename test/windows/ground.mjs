// What the parts of the check share: programs with an end to them, a scratch folder on each side, and the report.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'

/** Runs a program to its end; never throws for what it does. */
export function run(argv, { input, env, cwd, timeoutMs = 60_000, shell = false } = {}) {
  return new Promise((resolve) => {
    const [command, ...args] = argv
    const began = performance.now()
    const child = spawn(command, args, { env: env ?? process.env, cwd, windowsHide: true, shell })
    const out = []
    const error = []
    const end = (code, trouble) => {
      clearTimeout(timer)
      const stdout = Buffer.concat(out)
      resolve({ code, trouble, stdout, text: decode(stdout), stderr: decode(Buffer.concat(error)), ms: performance.now() - began })
    }
    const timer = setTimeout(() => {
      child.kill()
      end(null, `no end within ${timeoutMs / 1000} s`)
    }, timeoutMs)
    child.stdout.on('data', (chunk) => out.push(chunk))
    child.stderr.on('data', (chunk) => error.push(chunk))
    child.on('error', (each) => end(null, each.message))
    child.on('close', (code) => end(code))
    child.stdin.on('error', () => {})
    child.stdin.end(input ?? '')
  })
}

/** wsl.exe's own words are UTF-16 unless it knows WSL_UTF8. */
export function decode(bytes) {
  const wide = bytes.length > 3 && bytes.filter((_, at) => at % 2 === 1 && bytes[at] === 0).length * 4 > bytes.length
  return new TextDecoder(wide ? 'utf-16le' : 'utf-8')
    .decode(bytes)
    .replace(/\r/g, '')
    .replace(/^\ufeff/, '')
    .trim()
}

/** The lines of the report. What names a person is taken out, since it will stand in public. */
export class Report {
  rows = []
  facts = []
  secrets = []

  hide(text, instead) {
    if (text) this.secrets.push([text, instead])
  }

  safe(text) {
    const spellings = (each) => [each, each.replaceAll('\\', '\\\\'), each.replaceAll('\\', '/')]
    const said = String(text).replace(/\s+/g, ' ').slice(0, 400)
    return this.secrets.reduce(
      (shown, [text, instead]) => spellings(text).reduce((all, each) => all.replaceAll(each, instead), shown),
      said,
    )
  }

  fact(name, value) {
    this.facts.push(`- ${name}: ${this.safe(value)}`)
    console.error(`  ${name}: ${this.safe(value)}`)
  }

  /** `ok`: true, false, or 'note' for what is only to be known. */
  row(part, what, ok, detail = '') {
    this.rows.push([part, what, ok, this.safe(detail)])
    console.error(`  ${ok === true ? '✓' : ok === false ? '✗' : '·'} ${what}${detail === '' ? '' : `: ${this.safe(detail)}`}`)
  }

  async part(name, work) {
    console.error(`\n${name}`)
    const row = (what, ok, detail) => this.row(name, what, ok, detail)
    try {
      await work(row)
    } catch (error) {
      row('the check itself', false, error.stack ?? error)
    }
  }

  print() {
    const failed = this.rows.filter(([, , ok]) => ok === false).length
    const mark = (ok) => (ok === true ? '✓' : ok === false ? '✗' : '·')
    console.log('## mcp-twin on a real Windows\n')
    console.log(`${this.facts.join('\n')}\n`)
    console.log('| part | what | | |\n| --- | --- | :-: | --- |')
    for (const [part, what, ok, detail] of this.rows) console.log(`| ${part} | ${what} | ${mark(ok)} | ${detail.replaceAll('|', '\\|')} |`)
    console.log(`\n${this.rows.filter(([, , ok]) => ok === true).length} ✓, ${failed} ✗`)
    return failed
  }
}

/** A folder of our own in the user's profile (not in AppData, which packaged programs see a copy of), and one in WSL's home, since /tmp may be no disk. */
export async function scratch(wsl) {
  const name = `mcp-twin-check-${randomBytes(4).toString('hex')}`
  const windows = join(homedir(), name)
  mkdirSync(windows)
  const linux = wsl === null ? null : `${(await run([...wsl.enter, '/bin/sh', '-c', 'cd && pwd'])).text}/${name}`
  if (linux !== null) await run([...wsl.enter, '/bin/mkdir', '-m', '700', linux])
  const remove = async () => {
    rmSync(windows, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    if (linux !== null) await run([...wsl.enter, '/bin/rm', '-rf', linux])
  }
  return { windows, linux, share: linux === null ? null : `\\\\wsl.localhost\\${wsl.distro}${linux.replaceAll('/', '\\')}`, remove }
}

/** A Windows path as the distribution opens it: its own file behind the share, or a drive by the usual mount. */
export function linuxPath(path, { distro }) {
  const own = new RegExp(`^\\\\\\\\wsl(?:\\.localhost|\\$)\\\\${distro.replace(/[.*+?^$()|[\]{}\\]/g, '\\$&')}`, 'i').exec(path)
  if (own) return path.slice(own[0].length).replaceAll('\\', '/')
  return `/mnt/${path[0].toLowerCase()}${path.slice(2).replaceAll('\\', '/')}`
}

export const userNames = () => [userInfo().username, process.env.USERNAME].filter(Boolean)
