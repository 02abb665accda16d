import { jsonOrNull } from '../../core/formats/json/loose.ts'
import { environmentLabel } from '../../core/participants.ts'
import { getUv, normalized } from '../../core/packages/python.ts'
import { type NpmTrouble, detailOf } from '../../core/packages/trouble.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { findCommand } from '../machine/command-path.ts'
import { decodeConsole } from '../machine/console.ts'
import { programOn } from '../machine/program.ts'
import { installTimeoutMs } from './job.ts'

/** One `uv tool install` on a side. */
interface UvCall {
  readonly name: string
  /** Null: the newest. */
  readonly version: string | null
  /** No release after this moment counts. */
  readonly excludeNewer: string
  /** The Python to use; absent: uv's own choice. */
  readonly python?: string
  /** Lets it build from source, which runs code of the packages. */
  readonly builds: boolean
  readonly refresh?: boolean
  readonly offline: boolean
  /** Where its tool and its programs go. */
  readonly folder: NativePath
  /** It is removed again: only what uv found is wanted. */
  readonly isThrownAway: boolean
  readonly signal?: AbortSignal | undefined
}

/** What uv installed. */
export interface UvTool {
  readonly version: string
  readonly python: string
  /** Names of its console scripts. */
  readonly programs: readonly string[]
}

type UvEnd = { readonly ok: true; readonly tool: UvTool } | { readonly ok: false; readonly trouble: NpmTrouble }

/** Variables that uv gets: what programs need to run at all, the way to the network, and uv's own folders. No key is among them. */
const passed =
  /^(?:PATH|PATHEXT|HOME|USER|LOGNAME|LANG|LC_\w+|TMPDIR|TEMP|TMP|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|USERPROFILE|USERNAME|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES\S*|PROCESSOR_\w+|XDG_\w+|SSL_CERT_(?:FILE|DIR)|(?:HTTPS?|ALL|NO)_PROXY|UV_(?:CACHE_DIR|LINK_MODE|NATIVE_TLS|SYSTEM_CERTS|HTTP_TIMEOUT|PYTHON_(?:INSTALL_DIR|DOWNLOADS|PREFERENCE|INSTALL_MIRROR)))$/i

/** What both scripts begin with. */
const beginning = [
  'const { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } = require("node:fs")',
  'const { dirname, join } = require("node:path")',
  'const [uv, folder, ...words] = process.argv.slice(2)',
]

/** Takes the folder away, and those above it that hold nothing else. */
const takeAway = [
  'rmSync(folder, { recursive: true, force: true, maxRetries: 3 })',
  'for (const each of [dirname(folder), dirname(dirname(folder))]) try { rmdirSync(each) } catch {}',
]

/**
 * Run by the side's own node, which alone has that side's variables. One line of JSON says how uv ended, and what lies
 * in the tool's environment: name and version of each distribution, the Python, the programs. What is thrown away leaves no folder of ours behind.
 */
const script = [
  'const { spawnSync } = require("node:child_process")',
  ...beginning,
  'const list = (folder) => { try { return readdirSync(folder) } catch { return [] } }',
  'mkdirSync(folder, { recursive: true, mode: 0o700 })',
  'try {',
  '  const own = { UV_TOOL_DIR: join(folder, "tools"), UV_TOOL_BIN_DIR: join(folder, "bin") }',
  '  const env = { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => passed.test(name))), ...own }',
  '  const { status, stderr, error } = spawnSync(uv, words, { cwd: folder, env, encoding: "utf8", timeout, maxBuffer: 1 << 26, stdio: ["ignore", "ignore", "pipe"], windowsHide: true })',
  '  const places = list(own.UV_TOOL_DIR).map((name) => join(own.UV_TOOL_DIR, name))',
  '  const cfg = places.map((place) => { try { return readFileSync(join(place, "pyvenv.cfg"), "utf8") } catch { return "" } }).join("\\n")',
  '  const libraries = places.flatMap((place) => [join(place, "Lib"), ...list(join(place, "lib")).map((name) => join(place, "lib", name))])',
  '  const distributions = libraries.flatMap((place) => list(join(place, "site-packages")))',
  '  process.stdout.write(JSON.stringify({ status, stderr: stderr ?? "", error: error?.code, cfg, distributions, programs: list(own.UV_TOOL_BIN_DIR) }))',
  '} finally {',
  '  if (isThrownAway) {',
  ...takeAway,
  '  }',
  '}',
].join('\n')

/** What the script says. */
interface Told {
  readonly status: number | null
  readonly stderr: string
  readonly error?: string
  readonly cfg: string
  readonly distributions: readonly string[]
  readonly programs: readonly string[]
}

/** Where uv is on a side; null: it has none, or cannot be asked. */
export const findUv = (system: System, world: World, environment: Environment): Promise<string | null> =>
  findCommand(system, world, environment, 'uv')

/** Why a side without uv cannot have a Python package. */
export const noUv = (environment: Environment): NpmTrouble => ({
  code: 'no-uv',
  reason: `there is no uv on ${environmentLabel(environment)}, and uv installs Python packages`,
  hint: `${getUv(environment)}, then: mcp-twin sync`,
})

/** Runs `uv tool install` on a side, as a look where nothing of it stays. Failures are returned, not thrown. */
export async function callUv(system: System, world: World, environment: Environment, uv: string, call: UvCall): Promise<UvEnd> {
  const { name, version, folder, isThrownAway, signal } = call
  if (environment.node === undefined) return { ok: false, trouble: noUv(environment) }
  const argv = [environment.node, '-', uv, folder, ...wordsOf(call)]
  const input = `const timeout = ${installTimeoutMs}, passed = ${passed}, isThrownAway = ${isThrownAway}\n${script}\n`
  // The script's own time limit comes first, so that it can clean up.
  const program = programOn(world, environment, argv, {
    timeoutMs: installTimeoutMs + 10_000,
    cwd: environment.home,
    input,
    ...(signal && { signal }),
  })
  if (program === null) return { ok: false, trouble: noUv(environment) }
  const answer = await (isThrownAway ? system.ask(program) : system.run(program))
  // A script that was ended had no time to clean up.
  if (isThrownAway && answer.code !== 0) {
    const input = [...beginning, ...takeAway].join('\n')
    const cleaning = programOn(world, environment, [environment.node, '-', uv, folder], { timeoutMs: 30_000, cwd: environment.home, input })
    if (cleaning !== null) await system.ask(cleaning)
  }
  if (signal?.aborted) return { ok: false, trouble: { code: 'cancelled', reason: 'cancelled', hint: 'run the same command again' } }
  const told = answer.code === 0 ? (jsonOrNull(decodeConsole(answer.stdout)) as Told | null) : null
  if (told === null || told.status !== 0) return { ok: false, trouble: explain(call, told, decodeConsole(answer.stderr)) }
  const exact = told.distributions
    .map((each) => /^(.+)-([^-]+)\.dist-info$/.exec(each))
    .find((each) => each?.[1] !== undefined && normalized(each[1]) === name)?.[2]
  const python = /^version(?:_info)?\s*=\s*(\d+\.\d+)/m.exec(told.cfg)?.[1]
  if (exact === undefined || python === undefined)
    return {
      ok: false,
      trouble: { code: 'silent', reason: `uv left nothing of ${name} ${version ?? ''}`.trim(), hint: `uv tool install ${name} shows why` },
    }
  return {
    ok: true,
    tool: { version: exact.toLowerCase(), python, programs: told.programs.map((each) => each.replace(/\.exe$/i, '')).sort() },
  }
}

const wordsOf = ({ name, version, excludeNewer, python, builds, refresh, offline }: UvCall): string[] => [
  ...['tool', 'install', '--no-config', '--no-progress', '--color=never'],
  ...(builds ? [] : ['--no-build']),
  ...(offline ? ['--offline'] : []),
  ...(refresh === true && !offline ? [`--refresh-package=${name}`] : []),
  ...['--exclude-newer', excludeNewer],
  ...(python === undefined ? [] : ['--python', python]),
  version === null ? name : `${name}==${version}`,
]

/** uv's words about the usual failures, as ours. */
function explain({ name, version, builds, offline }: UvCall, told: Told | null, stderr: string): NpmTrouble {
  const text = told === null ? stderr : told.stderr
  const words = version === null ? name : `${name} ${version}`
  const detail = detailOf({ stderr: text })
  const say = (code: string, reason: string, hint: string): NpmTrouble => ({ code, reason, hint, ...(detail === null ? {} : { detail }) })
  const plain = text.replace(/\s+/g, ' ')
  if (told?.error === 'ETIMEDOUT')
    return say('timeout', `uv did not end within ${installTimeoutMs / 1000} s`, 'check the network, then run the same command again')
  if (told?.error !== undefined) return say('not-started', `uv could not be started (${told.error})`, 'mcp-twin doctor')
  if (offline) return say('offline', `${words} is not in uv's cache, and --offline was given`, 'run the same command without --offline')
  if (!builds && /no usable wheels|wheels are required for|no wheels? (?:with|are|is)|source distributions? is disabled/i.test(plain))
    return say('EBUILD', `${words} would have to be built from source here`, 'if you trust its code: "allowScripts": true in the manifest')
  if (plain.includes('was not found in the package registry') && plain.includes(`${name} was not found`))
    return say('E404', `there is no package ${name} on PyPI`, 'check the name')
  if (new RegExp(`no version of ${name.replaceAll('.', '\\.')}==`).test(plain))
    return say('ETARGET', `${name} has no version ${version ?? ''}`, `https://pypi.org/project/${name}/#history lists them`)
  if (/error sending request|dns error|failed to fetch|could not connect/i.test(plain))
    return say('network', 'PyPI could not be reached', 'check the network, then run the same command again')
  const last = text
    .trim()
    .split('\n')
    .at(-1)
    ?.replace(/[^ -~]/g, '')
    .trim()
  return say(
    'unknown',
    `uv failed${last === undefined || last === '' ? '' : `: ${last.slice(0, 200)}`}`,
    `uv tool install ${name} shows why`,
  )
}
