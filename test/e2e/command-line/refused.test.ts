import { readdirSync } from 'node:fs'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { specs } from '../../../src/cli/specs/index.ts'
import { COMMON, namesOf, type OptionSpec, takesValue, type VerbSpec } from '../../../src/model/command-line.ts'
import { inProcess, quickScratch } from '../../support/in-process.ts'
import type { Scratch } from '../../support/scratch.ts'

/** What can be typed: a command that runs by itself, or a verb, with its whole name. */
interface Typed {
  readonly name: string
  readonly spec: VerbSpec
  /** Flags that its command or a verb beside it takes, and it does not. */
  readonly foreign: readonly string[]
}

const longOf = (option: OptionSpec): string => namesOf(option).find((name) => name.startsWith('--')) ?? ''

const everything: readonly Typed[] = specs.flatMap((command) => {
  const { name, verbs = [] } = command
  const runsItself = verbs.length === 0 || command.arguments !== undefined
  const family = [...(runsItself ? [{ name, spec: command }] : []), ...verbs.map((spec) => ({ name: `${name} ${spec.name}`, spec }))]
  const flags = [...new Set(family.flatMap(({ spec }) => (spec.options ?? []).map(longOf)))]
  const common = COMMON.map(longOf)
  return family.map((each) => {
    const own = (each.spec.options ?? []).flatMap(namesOf)
    return { ...each, foreign: flags.filter((flag) => !own.includes(flag) && !common.includes(flag)) }
  })
})

type Line = readonly [line: string, says: string | RegExp]

const near = (flag: string): RegExp => new RegExp(`Did you mean (?:one of .*)?${flag}[,?)]`)

/** Every wrong line about one command or verb, and what the refusal has to say. */
function wrongLines({ name, spec, foreign }: Typed): Line[] {
  const line = [name, ...(spec.arguments ?? []).map(() => 'x')].join(' ')
  const options = spec.options ?? []
  const isEndless = spec.arguments?.some((word) => word.name.includes('...')) ?? false
  return [
    [`${line} --zzqqxx`, "unknown option '--zzqqxx'"],
    ...[...options, ...COMMON].map((option): Line => [`${line} ${longOf(option)}x`, near(longOf(option))]),
    ...foreign.map((flag): Line => [`${line} ${flag}`, `does not take ${flag}, which belongs to ${name.split(' ')[0]}`]),
    ...(isEndless ? [] : [[`${line} word-too-many`, spec.excess?.message ?? 'too many arguments'] as const]),
    ...[...options, ...COMMON].flatMap((option) =>
      wrongValues(option).map(([value, says]): Line => [`${line} ${longOf(option)}${value}`, says]),
    ),
  ]
}

function wrongValues(option: OptionSpec): Line[] {
  const { choices, least, many } = option
  return [
    ...(takesValue(option) && option.flags.includes('<') ? [['', 'argument missing'] as const] : []),
    ...(/[<[]/.test(option.flags) ? [] : [['=x', `${longOf(option)} takes no value`] as const]),
    ...(choices === undefined ? [] : [['=zzqqxx', `Allowed choices are ${choices.join(', ')}`] as const]),
    ...(least === undefined ? [] : ([`=${least - 1}`, '=1.5', '=many'] as const).map((value): Line => [value, `from ${least}`])),
    ...(many === 'words' ? [['=,', 'a name is required'] as const] : []),
  ]
}

describe('a wrong line', () => {
  let place: Scratch
  let before: readonly string[]

  beforeAll(() => {
    place = quickScratch()
    before = readdirSync(place.root, { recursive: true }).map(String).sort()
  })

  afterEach(() => expect(readdirSync(place.root, { recursive: true }).map(String).sort()).toEqual(before))

  it.each(everything.map((each) => [each.name, each] as const))('of %s is refused in words, and writes nothing', async (_name, each) => {
    const wrong = []
    for (const [line, says] of wrongLines(each)) {
      const { code, stdout, stderr } = await inProcess(place, line.split(' '))
      if (code !== 2 || stdout !== '' || !(typeof says === 'string' ? stderr.includes(says) : says.test(stderr)))
        wrong.push({ line, says, code, stdout, stderr })
    }
    expect(wrong).toEqual([])
  })
})
