/** Ways in which clients, shells and templates name a value that stands elsewhere. */
const reference = /\$\{[^{}]+\}|\$env:[A-Za-z_]\w*|\$[A-Za-z_]\w*|%[A-Za-z_]\w*%|\{(?:env|secret|input|file):[^{}]+\}|\{\{.*?\}\}|<%.*?%>/g
const elsewhere = /^(?:op|vault|keyring|keychain|secretref|doppler|infisical|bws|pass):\/\//i

/** The text without what is only named in it. */
export const withoutReferences = (value: string): string => (elsewhere.test(value.trim()) ? '' : value.replace(reference, ''))

/** A run of letters and digits such as nobody types for an example. */
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
