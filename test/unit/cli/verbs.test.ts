import { describe, expect, it } from 'vitest'
import { parse } from '../../../src/cli/program.ts'
import { specs } from '../../../src/cli/specs/index.ts'

const read = (line: string) => {
  const parsed = parse(specs, '0', line.split(' '), { out: () => undefined })
  if (parsed.kind !== 'command') throw new Error('no command')
  return { runs: [parsed.spec.name, parsed.verb?.name ?? null], args: parsed.args, options: parsed.options, common: parsed.common }
}

describe('a line with a verb', () => {
  it.each([
    ['memory get k', { runs: ['memory', 'get'], args: ['k'], options: {} }],
    ['memory get k --at 2', { args: ['k'], options: { at: 2 } }],
    ['memory list --tag a --tag b,c --limit 5', { args: [], options: { tag: ['a', 'b,c'], limit: 5 } }],
    ['memory search list get', { runs: ['memory', 'search'], args: ['list', 'get'] }],
    ['memory --namespace get get get', { runs: ['memory', 'get'], args: ['get'], options: { namespace: 'get' } }],
    ['--on wsl memory --json get k', { runs: ['memory', 'get'], args: ['k'], common: { json: true, on: ['wsl'] } }],
    ['roots', { runs: ['roots', 'list'], args: [], options: {} }],
    ['roots --json', { runs: ['roots', 'list'], common: { json: true } }],
    ['roots add ~/a --read-only', { runs: ['roots', 'add'], args: ['~/a'], options: { readOnly: true } }],
    ['secret list --manifest a=b', { runs: ['secret', 'list'], common: { manifest: 'a=b' } }],
    ['undo', { runs: ['undo', null], args: [] }],
    ['undo --force r', { runs: ['undo', null], args: ['r'], options: { force: true } }],
    ['undo --list', { runs: ['undo', 'list'], args: [] }],
    ['undo --json list', { runs: ['undo', 'list'], common: { json: true } }],
    ['trust', { runs: ['trust', null], args: [] }],
    ['trust ./list', { runs: ['trust', null], args: ['./list'] }],
    ['trust --list', { runs: ['trust', 'list'], args: [] }],
    ['trust revoke a', { runs: ['trust', 'revoke'], args: ['a'] }],
    ['trust a --revoke', { runs: ['trust', 'revoke'], args: ['a'] }],
    ['trust -- --list', { runs: ['trust', null], args: ['--list'] }],
    ['memory set -q k -- -1', { runs: ['memory', 'set'], args: ['k', '-1'], common: { quiet: true } }],
  ])('"%s" runs it', (line, expected) => expect(read(line)).toMatchObject(expected))

  it.each([
    ['memory', /needs one of get, set, .*, import\.$/, /memory --help/],
    ['memory gett k', /not "gett"/, /did you mean "get"/],
    ['memory get', /needs a key/, /memory get --help/],
    ['memory get a b', /too many/, /memory get --help/],
    ['memory set a b c', /too many/, /in quotes/],
    ['memory get k --prefix p', /--prefix, which belongs to memory list/, /memory get --help/],
    ['memory get k --if-version 1', /belongs to memory set and memory delete/, /memory get --help/],
    ['memory get k --namespase x', /Did you mean --namespace/, /memory get --help/],
    ['handoff', /needs one of new, list, show, answer\.$/, /handoff --help/],
    ['handoff new', /needs a title/, /handoff new --help/],
    ['handoff new a b', /too many/, /in quotes/],
    ['handoff show', /needs the id of a handoff/, /handoff list/],
    ['handoff list --goal x', /--goal, which belongs to handoff new/, /handoff list --help/],
    ['handoff list --status opn', /choices are open, claimed, done, dropped/, /handoff list --help/],
    ['session new bogus', /too many arguments for 'session new'/, /session new --help/],
    ['session list --ttl 1h', /--ttl, which belongs to session new/, /session list --help/],
    ['session revoke', /needs the id of a session/, /session list/],
    ['plugin allow', /needs a file in the bridge's plugins folder/, /plugin list/],
    ['plugin list --sample x', /--sample, which belongs to plugin new/, /plugin list --help/],
    ['secret', /^secret needs one of set, list, remove, merge\.$/, /secret --help/],
    ['secret set', /needs the name of a key\.$/, /secret set --help/],
    ['secret set K abc', /must not be on the command line/, /pipe it in/],
    ['secret set K=abc', /must not be on the command line/, /pipe it in/],
    ['secret abc=', /must not be on the command line/, /pipe it in/],
    ['secret merge K', /needs the name of the key that stays/, /merge FROM INTO/],
    ['secret list K', /too many/, /secret list --help/],
    ['roots add', /needs a folder/, /roots add --help/],
    ['roots remove a --read-only', /--read-only, which belongs to roots add/, /roots remove --help/],
    ['roots open x', /roots takes list, add or remove, not "open"\.$/, /roots --help/],
    ['undo list --force', /--force, which belongs to undo\.$/, /undo list --help/],
    ['undo --list r', /too many arguments for 'undo list'/, /undo list --help/],
    ['trust --revoke', /trust revoke needs the folder of a project/, /trust list/],
    ['trust list a', /too many/, /trust list --help/],
    ['actions list x', /too many/, /actions list --help/],
    ['actions list --params {not', /belongs to actions drop and actions sign/, /actions list --help/],
    ['actions show', /needs the id of an action/, /actions list/],
    ['actions drop', /needs the type of an action/, /actions drop --help/],
    ['actions sk-1234567890abcdefghij', /takes list, .* or sign\.$/, /actions --help/],
    ['memory list --limit x', /--limit takes a whole number from 1, not "x"/, /memory list --help/],
  ])('"%s" is wrong usage', (line, message, hint) => {
    expect(() => read(line)).toThrow(
      expect.objectContaining({ exit: 2, message: expect.stringMatching(message), hint: expect.stringMatching(hint) }),
    )
  })
})

describe('a value behind a flag that takes none', () => {
  it.each([
    ['doctor --deep=3', '--deep takes no value.', 'mcp-twin doctor --help'],
    ['list --verbose=1', '--verbose takes no value.', 'mcp-twin list --help'],
    ['sync --yes=no', '--yes takes no value.', 'mcp-twin sync --help'],
    ['roots add a --read-only=tvly-dev-4f9Qz8LmT2sWk7Rb1XcV', '--read-only takes no value.', 'mcp-twin roots add --help'],
  ])('"%s" is refused in words, without the value', (line, message, hint) => {
    expect(() => read(line)).toThrow(expect.objectContaining({ exit: 2, message, hint }))
  })

  it.each([['sync --client=cursor'], ['logs a --lines=5']])('"%s" has one that its flag takes', (line) => {
    expect(() => read(line)).not.toThrow(/takes no value/)
  })
})

describe('a word that is missing', () => {
  const lacking = specs.flatMap((spec) =>
    [spec, ...(spec.verbs ?? []).map((verb) => ({ ...verb, name: `${spec.name} ${verb.name}` }))].filter(({ arguments: words = [] }) =>
      words.some(({ name }) => name.startsWith('<')),
    ),
  )

  it.each(lacking.map(({ name }) => name))('is asked for in words: %s', (line) => {
    const parsing = () => read(line)
    expect(parsing).toThrow(expect.objectContaining({ exit: 2, message: expect.stringMatching(/ (?:needs|takes) (?!one of \.)\S.*\.$/) }))
    expect(parsing).not.toThrow(/argument/)
  })

  it.each([
    ['remove', /^remove needs the names of servers\.$/],
    ['rename', /^rename needs the current name of a server\.$/],
    ['rename a', /^rename needs the new name\.$/],
    ['export', /^export needs the folder to write into\.$/],
    ['add', /^add needs what to add: a built-in server, npm:PACKAGE, /],
    ['search', /^search needs words of the name, /],
  ])('"%s" says which', (line, message) => {
    expect(() => read(line)).toThrow(expect.objectContaining({ message: expect.stringMatching(message) }))
  })
})

describe('--no-try', () => {
  const trying = specs.filter(({ options = [] }) => options.some(({ flags }) => flags === '--no-try'))
  const words = (name: string) => (specs.find((spec) => spec.name === name)?.arguments ?? []).map(() => 'x').join(' ')

  it('is taken by every command that tries servers of its own accord', () => {
    expect(trying.map(({ name }) => name).sort()).toEqual(['add', 'enable', 'import', 'list', 'login', 'sync', 'tools', 'update'])
  })

  it.each(trying.map(({ name }) => name))('has its earlier name, too, which %s does not show', (name) => {
    const line = `${name} ${words(name)}`.trim()
    expect(read(`${line} --no-check`).options).toEqual(read(`${line} --no-try`).options)
    expect(read(`${line} --no-check`).options).toMatchObject({ try: false })
    let page = ''
    parse(specs, '0', [name, '--help'], { out: (text) => (page += text) })
    expect(page).not.toContain('--no-check')
  })

  it.each(['--check --no-try', '--no-try --check', '--check --no-check', '--no-check --check'])('leaves --check as it is: %s', (flags) => {
    expect(read(`sync ${flags}`).options).toMatchObject({ check: true, try: false })
  })
})

describe('every verb', () => {
  const verbs = specs.flatMap((spec) => (spec.verbs ?? []).map((verb) => [`${spec.name} ${verb.name}`, verb] as const))

  it.each(verbs)('%s has work that is loaded by its name', async (name) => {
    const [command, verb = ''] = name.split(' ')
    expect(await specs.find((spec) => spec.name === command)?.load(verb)).toBeTypeOf('function')
  })

  it.each(verbs)('%s has a page with its words, flags and examples, which run it', (name, verb) => {
    let page = ''
    expect(parse(specs, '0', [...name.split(' '), '--help'], { out: (text) => (page += text) })).toEqual({ kind: 'done', code: 0 })
    for (const { name: word } of verb.arguments ?? []) expect(page).toContain(word)
    for (const { flags } of verb.options ?? []) expect(page).toContain(flags)
    for (const example of verb.examples) expect(page).toContain(example)
    expect(verb.examples.filter((example) => !example.includes(`mcp-twin ${name}`))).toEqual([])
  })
})
