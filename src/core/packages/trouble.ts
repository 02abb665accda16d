/** Why npm failed, in words, and what fixes it. */
export interface NpmTrouble {
  /** npm's own word for it (`E404`), or ours (`timeout`, `cancelled`, `not-started`, `unknown`). */
  readonly code: string
  readonly reason: string
  readonly hint: string
  /** npm's own words, keys masked and cut to the last of them, for those who ask for more (`--verbose`). */
  readonly detail?: string
}

/** A failed npm call. */
interface NpmFailure {
  readonly stdout: string
  readonly stderr: string
  /** The package, as it was asked for: `tavily-mcp@^0.2`. */
  readonly words: string
  readonly offline: boolean
}

type Say = (failure: NpmFailure, code: string) => { reason: string; hint: string }

const nameOf = (words: string): string => words.slice(0, words.indexOf('@', 1) < 0 ? undefined : words.indexOf('@', 1))

const missing: Say = ({ words }) => ({
  reason: `there is no package ${nameOf(words)} on the registry this machine uses`,
  hint: 'check the name; for a private package check the registry with: npm config get registry',
})
const noVersion: Say = ({ words }) => ({
  reason: `${nameOf(words)} has no version that fits ${words.slice(nameOf(words).length + 1) || 'latest'}`,
  hint: `npm view ${nameOf(words)} versions`,
})
const unreachable: Say = (_, code) => ({
  reason: `the package registry could not be reached (${code})`,
  hint: 'check the network and, behind a proxy, npm config get proxy; then run the same command again',
})
const confused: Say = (_, code) => ({
  reason: `the package registry gave no usable answer (${code})`,
  hint: 'a proxy may be in the way: check the address that npm config get registry prints; then run the same command again',
})
const offline: Say = ({ words }) => ({
  reason: `${words} is not in npm's cache, and --offline was given`,
  hint: 'run the same command without --offline',
})
const untrusted: Say = (_, code) => ({
  reason: `the registry's certificate is not trusted here (${code})`,
  hint: "npm config set cafile PATH, with your network's certificate",
})
const login: Say = (_, code) => ({ reason: `the registry wants a login (${code})`, hint: 'npm login' })
const forbidden: Say = ({ words }) => ({
  reason: `the registry does not let this account have ${nameOf(words)} (E403)`,
  hint: 'npm whoami',
})
const full: Say = (_, code) => ({ reason: `the disk is full (${code})`, hint: 'free some space, then run the same command again' })
const denied: Say = ({ stdout, stderr }, code) => {
  const path = /(?:npm error path |path: ')([^'\r\n]+)/.exec(`${stderr}\n${stdout}`)?.[1]
  return {
    reason: `npm was not allowed to write ${path ?? 'its files'} (${code})`,
    hint: 'make the folder yours, then run the same command again',
  }
}
const corrupt: Say = ({ words }) => ({
  reason: `what arrived for ${words} is not what the registry promised (EINTEGRITY)`,
  hint: 'npm cache verify, then run the same command again',
})
const peers: Say = ({ words }) => ({
  reason: `the packages that ${words} asks for contradict each other (ERESOLVE)`,
  hint: `npm view ${nameOf(words)} versions`,
})
const platform: Say = ({ words }) => ({
  reason: `${words} is not made for this platform (EBADPLATFORM)`,
  hint: 'leave it out here with "except" in the manifest',
})
const engine: Say = ({ words }) => ({ reason: `${words} requires another Node than this side has (EBADENGINE)`, hint: 'node --version' })

const sayings: Readonly<Record<string, Say>> = {
  ...each(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENETUNREACH', 'EHOSTUNREACH', 'EPIPE'], unreachable),
  ...each(['ERR_SOCKET_TIMEOUT', 'EIDLETIMEOUT', 'ECONNECTIONTIMEOUT'], unreachable),
  ...each(['FETCH_ERROR', 'E500', 'E502', 'E503', 'E504', 'E429'], confused),
  ...each(['SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'], untrusted),
  ...each(['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID'], untrusted),
  ...each(['E401', 'ENEEDAUTH', 'EOTP'], login),
  ...each(['ENOSPC', 'EDQUOT'], full),
  ...each(['EACCES', 'EPERM', 'EROFS'], denied),
  E403: forbidden,
  ENOTCACHED: offline,
  ETARGET: noVersion,
  EINTEGRITY: corrupt,
  ERESOLVE: peers,
  EBADPLATFORM: platform,
  EBADENGINE: engine,
}

function each(codes: readonly string[], say: Say): Record<string, Say> {
  return Object.fromEntries(codes.map((code) => [code, say]))
}

/** The cause of a failed npm call in one sentence, without keys and without npm's own report around it. */
export function explain(failure: NpmFailure): NpmTrouble {
  const { code, summary } = errorOf(failure)
  if (code === 'E404') {
    // npm says E404 for both: a package that is not there, and one that has no such version, which it calls ETARGET elsewhere.
    const isThere = /no match(?:ing version)? found/i.test(summary)
    return isThere ? { code: 'ETARGET', ...noVersion(failure, code) } : { code, ...missing(failure, code) }
  }
  const say = sayings[code]
  if (say !== undefined) return { code, ...say(failure, code) }
  if (/^\d+$/.test(code)) {
    return {
      code,
      reason: `an install script of ${failure.words} failed (exit ${code})`,
      hint: 'run the same command again with --verbose',
    }
  }
  const first = maskNpm(summary).split('\n')[0]?.slice(0, 200) ?? ''
  return { code, reason: `npm failed: ${first || code}`, hint: 'run the same command again with --verbose' }
}

/** npm's error code and summary: from its JSON on stdout, else from the `npm error code` lines on stderr. */
function errorOf({ stdout, stderr }: NpmFailure): { code: string; summary: string } {
  const json = /\{\s*"error":[\s\S]*\}/.exec(stdout)?.[0]
  if (json !== undefined) {
    try {
      const { error } = JSON.parse(json) as { error?: { code?: unknown; summary?: unknown } }
      if (error?.code !== undefined) return { code: String(error.code), summary: String(error.summary ?? '') }
    } catch {
      // Not npm's JSON after all; its words on stderr are read instead.
    }
  }
  const lines = stderr.split(/\r?\n/).flatMap((line) => /^npm (?:error|ERR!) ?(.*)$/.exec(line)?.slice(1) ?? [])
  const code = lines.map((line) => /^code (\S+)/.exec(line)?.[1]).find((found) => found !== undefined) ?? 'unknown'
  const summary = lines.find((line) => line !== '' && !/^(?:code|errno|syscall|path|A complete log)\b/.test(line)) ?? ''
  return { code, summary }
}

const DETAIL_MAX = 4000

/** Returns npm's own output about a failure, for `--verbose`; null: none. */
export function detailOf({ stderr }: Pick<NpmFailure, 'stderr'>): string | null {
  const text = maskNpm(stderr).trimEnd()
  if (text === '') return null
  return text.length > DETAIL_MAX ? `…${text.slice(-DETAIL_MAX)}` : text
}

/** npm's words without what opens a registry: tokens, passwords and names with passwords in addresses. */
export function maskNpm(text: string): string {
  return text
    .replace(/((?:_authToken|_auth|_password|password|otp)\s*[=:]\s*)("?)[^\s"]+\2/gi, '$1••••••••')
    .replace(/\bnpm_[A-Za-z0-9]{20,}\b/g, '••••••••')
    .replace(/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 ••••••••')
    .replace(/(:\/\/)[^\s/@]+@/g, '$1••••••••@')
}

/** Packages that asked for another Node, from npm's warnings: one sentence each. */
export function engineWarnings(stderr: string): string[] {
  const found = stderr.matchAll(
    /EBADENGINE\s+package: '([^']+)',[\s\S]*?required: \{[^}]*node: '([^']+)'[\s\S]*?current: \{ node: 'v?([^']+)'/g,
  )
  return [...new Set([...found].map(([, name, wants, has]) => `${name} wants Node ${wants}, and this side has ${has}`))]
}
