/** Why a value is taken for a key: what it is called, or what it looks like. */
type Judgement = 'name' | 'shape'

/** Prefixes of vendors' keys, as seen in real configs, and how many characters must follow at least. */
const prefixes = [
  /^(?:sk-ant-|sk-proj-|sk-or-|sk-lf-|sk-)[\w-]{12,}$/,
  /^(?:github_pat_|gh[opusr]_)\w{12,}$/,
  /^(?:tvly-|fc-|pplx-|ctx7sk-|xai-|glpat-|PMAK-|lin_api_|bsa-?|BSA)[\w-]{12,}$/,
  /^(?:sbp_|figd_|napi_|rnd_|gsk_|hf_|npm_|r8_|ntn_|secret_|shpat_|dop_v1_|phc_|phx_|sntrys_|sntryu_|mtw_|jina_|re_|nvapi-|apify_api_|pcsk_|tgp_v1_)[\w-]{12,}$/,
  /^(?:sk|pk|rk|whsec)_(?:live|test)?_?\w{12,}$/,
  /^AIza[\w-]{20,}$/,
  /^(?:AKIA|ASIA)[A-Z0-9]{12,}$/,
  /^(?:xox[abeoprs]|xapp)-[\w-]{10,}$/,
  /^eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?$/,
  /^ya29\.[\w-]{12,}$/,
  /^SG\.[\w-]{12,}\.[\w-]{12,}$/,
  /^ATATT[\w=-]{12,}$/,
  /^dapi[0-9a-f]{16,}$/,
  /^-----BEGIN [A-Z ]*PRIVATE KEY-----/,
]

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** Long, without blanks, letters and digits mixed: nothing that a person would type as a setting. */
export function looksLikeToken(value: string): boolean {
  if (uuid.test(value) || /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i.test(value)) return true
  if (value.length < 16 || !/^[A-Za-z0-9._~+/=:-]+$/.test(value) || /^[a-z]+:\/\//i.test(value)) return false
  return (/\d/.test(value) && /[A-Za-z]/.test(value)) || (value.length >= 32 && /[a-z]/.test(value) && /[A-Z]/.test(value))
}

/** A key of a known vendor, whatever it is called. */
export const hasKnownPrefix = (value: string): boolean => prefixes.some((pattern) => pattern.test(value.trim()))

/** `apiKey`, `X-Api-Key` and `API_KEY` as one: lower case, `_` between the words. */
export const nameWords = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase()

/** Names that say "a key" outright. */
const strong =
  /(?:^|_)(?:api_?key|apikey|token|secret|password|passwd|passphrase|pwd|pat|private_?key|access_?key|secret_?key|credentials?)(?:_|$)/
/** Names that may say so, when the value looks like one too. */
const weak = /(?:^|_)(?:key|auth|authorization|cookie|session|sig|signature|jwt|bearer|pass|license|webhook)$/
/** Last words after which the value is about a key, and is none. */
const about =
  /_(?:file|path|dir|directory|folder|url|uri|endpoint|host|port|name|type|mode|limit|timeout|count|length|size|expiry|expires|expiration|ttl|header|prefix|suffix|provider|env|var|variable|scopes?|algorithm|enabled|required|budget|usage|model|location|region|ref|method|format|version)$|(?:^|_)(?:max|min|num|total)_/

/** True for a name that keys usually have. */
export function isKeyName(name: string): boolean {
  const words = nameWords(name)
  return !about.test(words) && (strong.test(words) || weak.test(words))
}

/** Settings that have such names: words, small numbers, paths. */
const setting =
  /^(?:true|false|yes|no|on|off|none|null|undefined|enabled|disabled|default|basic|oauth2?|oidc|bearer|jwt|saml|anonymous|required|optional|auto|local|\d{1,4})$/i
const path = /^(?:\.{1,2}[\\/]|~[\\/]|[A-Za-z]:[\\/]|\\\\|file:)|^\/[\w.-]+\/[\w./ -]*$/

/**
 * Is this value a key? Judged by its name and its shape, as written in `env` or `headers`. References and
 * values that only hold a key's place are none. A value that is wrongly taken for a key still reaches its server; one that
 * is wrongly let pass is in a file fit for version control. So doubt falls on the side of a key.
 */
export function isKey(name: string, value: string): Judgement | null {
  if (isStandIn(name, value)) return null
  const bare = withoutReferences(value)
    .trim()
    .replace(/^[A-Za-z-]*(?:bearer|basic|token|key)\s+/i, '')
  if (bare === '' || isStandIn(name, bare)) return null
  if (hasKnownPrefix(bare) || hasConnectionPassword(bare)) return 'shape'
  if (/^(?:bearer|basic)\s+\S{8,}$/i.test(withoutReferences(value).trim())) return 'shape'
  const words = nameWords(name)
  if (about.test(words) || setting.test(bare)) return null
  if (/^https?:\/\//i.test(bare)) return null
  if (strong.test(words)) return path.test(bare) && !looksLikeToken(bare.slice(1)) ? null : 'name'
  return weak.test(words) && looksLikeToken(bare) ? 'name' : null
}

/** `scheme://user:password@host`, or `Password=…;` in a connection string, with a real password in it. */
function hasConnectionPassword(value: string): boolean {
  const [, password] = /^[a-z][a-z0-9+.-]*:\/\/[^\s:@/]*:([^\s@/]+)@/i.exec(value) ?? []
  if (password !== undefined) return !isStandIn('password', password)
  const [, inside] = /(?:^|;)\s*(?:password|pwd|accountkey|sharedaccesskey)\s*=\s*([^;]+)/i.exec(value) ?? []
  return inside !== undefined && !isStandIn('password', inside)
}

/** Ways in which clients, shells and templates refer to a value elsewhere. */
const reference = /\$\{[^{}]+\}|\$env:[A-Za-z_]\w*|\$[A-Za-z_]\w*|%[A-Za-z_]\w*%|\{(?:env|secret|input|file):[^{}]+\}|\{\{.*?\}\}|<%.*?%>/g
const elsewhere = /^(?:op|vault|keyring|keychain|secretref|doppler|infisical|bws|pass):\/\//i

/** The text without what is only named in it. */
const withoutReferences = (value: string): string => (elsewhere.test(value.trim()) ? '' : value.replace(reference, ''))

/** A run of letters and digits that is unlikely to be an example. */
function looksRandom(value: string): boolean {
  for (const [run] of value.matchAll(/[A-Za-z0-9]{12,}/g)) {
    if ((run.match(/\d/g) ?? []).length >= 3 && (run.match(/[A-Za-z]/g) ?? []).length >= 3 && new Set(run).size >= 8) return true
  }
  return false
}

/** Whole values that are written where a key will go. */
const whole = [
  /^<[^<>]*>$/,
  /^\[[^[\]]*\]$/,
  /^__\w+__$/,
  /^(.)\1*$/,
  /^(?:test|dummy|fake|demo|foo|bar|key|token|secret|api|abc|none|null|undefined|todo|tbd|changeme|redacted|value|string)(?:[-_ ]?(?:test|dummy|fake|demo|key|token|secret|api|value|here))*$/i,
]

/** Words that make a value an example, unless it also holds a run that looks random. */
const partly = [
  /(?:^|[^a-z])(?:your|ihr|tu|votre|mein)[^a-z]?/i,
  /(?:key|token|secret|password|value|url|id)[-_ ]?(?:goes)?[-_ ]?here\b/i,
  /replace|change[-_ ]?me|placeholder|example|insert|paste|redacted|<[a-z][\w .-]*>/i,
  /(?:^|[-_])(?:enter|put|add|my|the|some)[-_ ].*(?:key|token|secret|password|here)/i,
]

/** Parts that hide the rest of a key: `sk-xxxx`, `ghp_****`, `abc…`. */
const hidden = /x{4,}|\*{3,}|•{2,}|\.{3}|…/i

const letters = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '')

/** True for a value that only holds a key's place: empty, a reference, `YOUR_API_KEY`, `<token>`, `xxx`, its own name. */
export function isStandIn(name: string, value: string): boolean {
  const bare = withoutReferences(value).trim()
  if (bare === '' || letters(bare) === '' || letters(bare) === letters(name)) return true
  if (whole.some((pattern) => pattern.test(bare)) || hidden.test(bare)) return true
  return partly.some((pattern) => pattern.test(bare)) && !looksRandom(bare)
}
