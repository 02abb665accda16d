import { isStandIn } from './judge.ts'

/**
 * Says what makes a typed value unlikely to be the key that was asked for, in words without the value; null: nothing does.
 * `begins`: how keys of this kind begin, where their maker says so. Whoever typed it may know better.
 */
export function shapeTrouble(name: string, value: string, begins: readonly string[] = []): string | null {
  const bare = value.trim()
  if (bare !== value) return 'it begins or ends with a blank'
  if (/^(['"`]).*\1$/s.test(bare)) return 'it is in quotes'
  if (/^(?:export\s+|set\s+)?[A-Z][A-Z0-9_]*=./.test(bare)) return 'it begins with a name and "="'
  if (/^(?:Bearer|Basic|token)\s/i.test(bare)) return 'it begins with a word of a header'
  if (/\s/.test(bare)) return 'it contains a blank'
  if (isStandIn(name, bare) || /^[•*.…]+$/.test(bare)) return 'it looks like the place of a key in an example'
  if (begins.length > 0 && !begins.some((each) => bare.startsWith(each))) return `such keys begin with ${begins.join(' or ')}`
  if (/^https?:\/\//.test(bare) && !/UR[IL]|HOST|DSN|ENDPOINT/i.test(name)) return 'it is an address'
  return null
}
