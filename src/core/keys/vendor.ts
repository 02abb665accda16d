import type { JsonValue } from '../../model/entry.ts'
import { hiddenCharacters } from '../../model/hidden.ts'
import { isStandIn } from './judge.ts'

interface Vendor {
  /** How its keys begin, as it is shown. */
  readonly shape: string
  readonly pattern: RegExp
}

/** No letter, digit or dash before it: `task-list` holds no `sk-`. */
const alone = '(?<![A-Za-z0-9_-])'
const vendor = (shape: string, rest: string): Vendor => ({
  shape: `${shape}…`,
  pattern: new RegExp(`${alone}${shape}${rest}`, 'g'),
})

/**
 * Keys that say whose they are, in the middle of any text: the vendor's prefix, and as many characters as such keys have at least.
 * A prefix that is also an ordinary word (`npm_`, `secret_`) must be followed by one run as long as the key's.
 */
const vendors: readonly Vendor[] = [
  ...['sk-ant-', 'sk-proj-', 'sk-or-', 'sk-lf-', 'sk-'].map((shape) => vendor(shape, String.raw`[\w-]{16,}`)),
  ...['github_pat_', 'ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((shape) => vendor(shape, String.raw`\w{16,}`)),
  ...['tvly-', 'fc-', 'pplx-', 'ctx7sk-', 'xai-', 'glpat-', 'gldt-', 'PMAK-', 'nvapi-', 'lin_api_'].map((shape) =>
    vendor(shape, String.raw`[\w-]{12,}`),
  ),
  ...['xoxa-', 'xoxb-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'xapp-'].map((shape) => vendor(shape, String.raw`[\w-]{10,}`)),
  ...['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_', 'pcsk_', 'tgp_v1_', 'dop_v1_', 'shpat_', 'sbp_'].map((shape) =>
    vendor(shape, String.raw`[\w-]{16,}`),
  ),
  ...['dckr_pat_', 'dckr_oat_', 'shpss_', 'shpca_', 'glsa_', 'sntrys_', 'sntryu_', 'tskey-', 'ATATT3x'].map((shape) =>
    vendor(shape, String.raw`[\w-]{16,}`),
  ),
  ...['hf_', 'npm_', 'gsk_', 'r8_', 'figd_', 'ntn_', 'napi_', 'rnd_', 'e2b_', 'jina_', 'pypi-', 'apify_api_'].map((shape) =>
    vendor(shape, '[A-Za-z0-9]{28,}'),
  ),
  vendor('secret_', '[A-Za-z0-9]{40,}'),
  vendor('mtw_', String.raw`[\w-]{43}`),
  vendor('AIza', String.raw`[\w-]{30,}`),
  vendor('BSA', String.raw`(?=[\w-]*\d)[\w-]{24,}`),
  vendor('AGE-SECRET-KEY-1', '[A-Z0-9]{50,}'),
  ...['AKIA', 'ASIA'].map((shape) => vendor(shape, '[A-Z0-9]{16}(?![A-Za-z0-9])')),
  ...['ya29[.]', 'SG[.]', 'hvs[.]'].map((shape) => ({
    shape: shape.replace('[.]', '.…'),
    pattern: new RegExp(`${alone}${shape}[\\w-]{12,}`, 'g'),
  })),
  {
    shape: '-----BEGIN … PRIVATE KEY-----',
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\s|\\[nr])*(?:[A-Za-z-]+: [^\n]*\n\s*)*[A-Za-z0-9+/=]{16}/g,
  },
]

/** Characters without a dash between them, such as words are not: long, or of middle length with digits. */
const hasRun = (text: string): boolean => /[A-Za-z0-9]{16}/.test(text) || /(?=[A-Za-z]*\d)[A-Za-z0-9]{10}/.test(text)

function shapeIn(text: string): string | null {
  const plain = text.replace(hiddenCharacters, '')
  for (const { shape, pattern } of vendors)
    for (const [found] of plain.matchAll(pattern))
      if ((found.startsWith('-----') || hasRun(found.slice(shape.length - 1))) && !isStandIn('key', found)) return shape
  return null
}

/** Where a value holds a key, and how such keys begin. */
export interface VendorKeyPlace {
  /** As a program spells it: `value.auth[0]`. For a key in a name, the place of its object. */
  readonly field: string
  readonly shape: string
}

/**
 * The first key in a value of JSON that its vendor's own prefix gives away, in a text or in a name. Null: none. Hashes, UUIDs and
 * values that only hold a key's place (`sk-ant-...`, `ghp_xxxx`) are none.
 */
export function vendorKeyIn(value: JsonValue, field = ''): VendorKeyPlace | null {
  if (typeof value === 'string') {
    const shape = shapeIn(value)
    return shape === null ? null : { field, shape }
  }
  if (typeof value !== 'object' || value === null) return null
  for (const [name, inner] of Object.entries(value)) {
    const inName = Array.isArray(value) ? null : shapeIn(name)
    if (inName !== null) return { field: field || 'a name', shape: inName }
    const place = Array.isArray(value) ? `${field}[${name}]` : field === '' ? name : `${field}.${name}`
    const found = vendorKeyIn(inner as JsonValue, place)
    if (found !== null) return found
  }
  return null
}
