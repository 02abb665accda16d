import { bridgeSchema, manifestSchema, overrideSchema, serverSchema } from '../../model/manifest.ts'
import { nearest } from '../nearest.ts'

type Issue = NonNullable<ReturnType<typeof manifestSchema.safeParse>['error']>['issues'][number]

const NAMES: Readonly<Record<string, string>> = {
  object: 'an object ({ … })',
  record: 'an object ({ … })',
  array: 'a list ([ … ])',
  string: 'a text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
}

const guessed = (word: string, known: readonly string[]): string => {
  const guess = nearest(word, known)
  return guess === null ? '' : `; did you mean "${guess}"?`
}

/** What a value must be instead, in words. */
function expectation(issue: Issue): string {
  if (issue.code === 'invalid_type') return `must be ${NAMES[issue.expected] ?? issue.expected}`
  if (issue.code === 'invalid_value') return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
  if (issue.code === 'too_small') return issue.origin === 'number' ? `must be at least ${issue.minimum}` : 'is empty'
  if (issue.code === 'too_big') return `is too large: at most ${issue.maximum}`
  if (issue.code === 'invalid_key') return 'has a name that is empty or longer than 128 characters'
  if (issue.code === 'invalid_union')
    return `must be ${[...new Set(issue.errors.flatMap((each) => (each[0] === undefined ? [] : [expectation(each[0]).replace(/^must be /, '')])))].join(' or ')}`
  return 'is not valid'
}

/** The first trouble that the schema found, in words, with the path of the value that has it. */
export function explain(issues: readonly Issue[]): { path: readonly PropertyKey[]; message: string } {
  const issue = issues[0]
  if (issue === undefined) return { path: [], message: 'the manifest is not valid' }
  const where = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? ''
    const inside = where === '' ? '' : ` in ${where}`
    return { path: [...issue.path, key], message: `unknown key "${key}"${inside}${guessed(key, knownKeys(issue.path))}` }
  }
  if (where === 'version') return { path: issue.path, message: '"version" must be 1: no other version is supported' }
  if (issue.code === 'invalid_key') return { path: issue.path, message: `servers: one ${expectation(issue)}` }
  return { path: issue.path, message: `${where || 'the manifest'} ${expectation(issue)}` }
}

/** Keys that are allowed at a path of the manifest, for the hint behind an unknown one. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  const [top, , part] = path
  if (path.length === 0) return Object.keys(manifestSchema.shape)
  if (top === 'servers' && path.length === 2) return Object.keys(serverSchema.shape)
  if (top === 'servers' && part === 'on' && path.length === 4) return Object.keys(overrideSchema.shape)
  if (top === 'bridge' && path[1] === 'store') return ['url', 'certificate', 'tls']
  if (top === 'bridge' && path.length === 1) return Object.keys(bridgeSchema.shape)
  if (top === 'secrets' && path.length === 1) return ['command']
  return []
}
