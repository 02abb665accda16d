import { describe, expect, it } from 'vitest'
import { documentOf, edited, node, set } from './situation.ts'

const add = set('new', { command: 'x' })
const lines = (...parts: readonly string[]): string => parts.join('\n')
const strict = { dialect: 'strict' } as const

describe('an entry that is added', () => {
  it.each([
    [
      'two spaces',
      '{\n  "mcpServers": {\n    "a": {}\n  }\n}\n',
      '{\n  "mcpServers": {\n    "a": {},\n    "new": {\n      "command": "x"\n    }\n  }\n}\n',
    ],
    [
      'four spaces',
      '{\n    "mcpServers": {\n        "a": {}\n    }\n}',
      '{\n    "mcpServers": {\n        "a": {},\n        "new": {\n            "command": "x"\n        }\n    }\n}',
    ],
    [
      'tabs',
      '{\n\t"mcpServers": {\n\t\t"a": {}\n\t}\n}',
      '{\n\t"mcpServers": {\n\t\t"a": {},\n\t\t"new": {\n\t\t\t"command": "x"\n\t\t}\n\t}\n}',
    ],
    [
      'three spaces below two',
      '{\n  "mcpServers": {\n     "a": {}\n  }\n}',
      '{\n  "mcpServers": {\n     "a": {},\n     "new": {\n        "command": "x"\n     }\n  }\n}',
    ],
    [
      'eight spaces, which are one level',
      '{\n  "mcpServers": {\n          "a": {}\n  }\n}',
      '{\n  "mcpServers": {\n          "a": {},\n          "new": {\n                  "command": "x"\n          }\n  }\n}',
    ],
    [
      'nine spaces, which align it with something',
      '{\n  "mcpServers": {\n           "a": {}\n  }\n}',
      '{\n  "mcpServers": {\n           "a": {},\n           "new": {\n             "command": "x"\n           }\n  }\n}',
    ],
    ['no indentation', '{\n"mcpServers": {\n"a": {}\n}\n}', '{\n"mcpServers": {\n"a": {},\n"new": {\n  "command": "x"\n}\n}\n}'],
    [
      'braces on lines of their own',
      '{\n  "mcpServers":\n  {\n    "a":\n    {\n    }\n  }\n}',
      '{\n  "mcpServers":\n  {\n    "a":\n    {\n    },\n    "new": {\n      "command": "x"\n    }\n  }\n}',
    ],
    [
      'a bracket behind the last entry',
      '{"mcpServers": {"a": {},\n                "b": {}}}',
      '{"mcpServers": {"a": {},\n                "b": {},\n                "new": {\n                  "command": "x"\n                }}}',
    ],
    [
      'an empty container',
      '{\n  "mcpServers": {},\n  "b": 1\n}',
      '{\n  "mcpServers": {\n    "new": {\n      "command": "x"\n    }\n  },\n  "b": 1\n}',
    ],
    [
      'an empty container of two lines',
      '{\n\t"mcpServers": {\n\t}\n}',
      '{\n\t"mcpServers": {\n\t\t"new": {\n\t\t\t"command": "x"\n\t\t}\n\t}\n}',
    ],
    [
      'a blank line at the end',
      '{\n  "mcpServers": {\n    "a": {}\n\n  }\n}',
      '{\n  "mcpServers": {\n    "a": {},\n    "new": {\n      "command": "x"\n    }\n\n  }\n}',
    ],
    ['one compact line', '{"mcpServers":{"a":{}}}', '{"mcpServers":{"a":{},"new":{"command":"x"}}}'],
    ['one spaced line', '{"mcpServers": {"a": {}}}', '{"mcpServers": {"a": {}, "new": {"command": "x"}}}'],
    ['one padded line', '{ "mcpServers": { "a": { "b": 1 } } }', '{ "mcpServers": { "a": { "b": 1 }, "new": { "command": "x" } } }'],
    [
      'a line of its own in a longer file',
      '{\n  "mcpServers": {"a": {}},\n  "b": 1\n}',
      '{\n  "mcpServers": {"a": {}, "new": {"command": "x"}},\n  "b": 1\n}',
    ],
    ['no container', '{\n  "b": 1\n}\n', '{\n  "b": 1,\n  "mcpServers": {\n    "new": {\n      "command": "x"\n    }\n  }\n}\n'],
    ['no container on one line', '{"b":1}', '{"b":1,"mcpServers":{"new":{"command":"x"}}}'],
    ['an empty object', '{}', '{\n  "mcpServers": {\n    "new": {\n      "command": "x"\n    }\n  }\n}'],
    ['an empty object and a final line break', '{}\n', '{\n  "mcpServers": {\n    "new": {\n      "command": "x"\n    }\n  }\n}\n'],
  ])('follows the layout: %s', (_, before, after) => expect(edited(before, [add], strict)).toBe(after))

  it.each([
    ['CRLF', '{\r\n  "mcpServers": {\r\n    "a": {}\r\n  }\r\n}', /^(?:[^\r\n]|\r\n)*$/],
    ['CRLF around a container on one line', '{\r\n  "mcpServers": {},\r\n  "b": 1\r\n}', /^(?:[^\r\n]|\r\n)*$/],
    [
      'LF in the container of a file with both',
      '{\r\n  "mcpServers": {\n    "a": {}\n  }\r\n}',
      /\{\n {6}"command": "x"\n {4}\}\n {2}\}\r\n/,
    ],
  ])('uses the line breaks of its surroundings: %s', (_, before, after) => expect(edited(before, [add], strict)).toMatch(after))

  it.each([
    [
      'a comment behind the last entry',
      lines('{"mcpServers": {', '  "a": {} // slow', '}}'),
      lines('{"mcpServers": {', '  "a": {}, // slow', '  "new": {', '    "command": "x"', '  }', '}}'),
    ],
    [
      'comments below the last entry',
      lines('{"mcpServers": {', '  "a": {} /* 1 */ // 2', '  // "old": {},', '}}'),
      lines('{"mcpServers": {', '  "a": {}, /* 1 */ // 2', '  // "old": {},', '  "new": {', '    "command": "x"', '  }', '}}'),
    ],
    [
      'a comment before the comma',
      lines('{"mcpServers": {', '  "a": {} /* 1 */, // 2', '}}'),
      lines('{"mcpServers": {', '  "a": {} /* 1 */, // 2', '  "new": {', '    "command": "x"', '  },', '}}'),
    ],
    [
      'a trailing comma',
      lines('{"mcpServers": {', '  "a": {},', '},}'),
      lines('{"mcpServers": {', '  "a": {},', '  "new": {', '    "command": "x"', '  },', '},}'),
    ],
    [
      'a container of comments',
      lines('{"mcpServers": { // none', '  // yet', '}}'),
      lines('{"mcpServers": { // none', '  // yet', '  "new": {', '    "command": "x"', '  }', '}}'),
    ],
    [
      'a comment in an empty container of one line',
      '{"mcpServers": { /* none */ }}',
      '{"mcpServers": { /* none */ "new": {"command": "x"} }}',
    ],
    [
      'a comment behind the last key of the file',
      lines('{', '  "b": 1 // one', '}'),
      lines('{', '  "b": 1, // one', '  "mcpServers": {', '    "new": {', '      "command": "x"', '    }', '  }', '}'),
    ],
    [
      'a comment above everything',
      lines('// note', '{', '}'),
      lines('// note', '{', '  "mcpServers": {', '    "new": {', '      "command": "x"', '    }', '  }', '}'),
    ],
  ])('leaves comments with their neighbours: %s', (_, before, after) => expect(edited(before, [add])).toBe(after))

  it('goes behind the others, in the order of the changes', () => {
    const after = edited('{"mcpServers":{"z":{}}}', [set('b', {}), set('10', {}), set('a', {}), set('1', {})], strict)
    expect(after).toBe('{"mcpServers":{"z":{},"b":{},"10":{},"a":{},"1":{}}}')
  })

  it('brings at most two spans', () => {
    const before = '{\n  "mcpServers": {\n    "a": {} // x\n  }\n}'
    const after = edited(before, [set('new', node())])
    const [head = '', tail = ''] = before.split(' // x')
    expect(after.startsWith(`${head}, // x\n    "new": {`)).toBe(true)
    expect(after.endsWith(tail)).toBe(true)
  })

  it('may have any name and any text', () => {
    const value = {
      command: 'C:\\Program Files\\node.exe',
      args: ['"', '\ud800', '\u2028', '🚀', '</script>'],
      env: { ['__proto__']: 'y' },
    }
    for (const name of ['__proto__', 'constructor', '', 'a"b\\', 'emoji 🚀', '\u0000', '検索']) {
      const document = documentOf(edited('{"mcpServers": {}}', [set(name, value)], strict), strict)
      expect(document.container?.members.map((member) => member.name)).toEqual([name])
      expect(JSON.parse(document.text).mcpServers[name].args).toEqual(value.args)
    }
  })

  it('makes every object on the way', () => {
    const path = ['projects', '/srv/a', 'mcpServers']
    expect(edited('{\n  "a": 1\n}', [set('new', {})], { path })).toBe(
      lines(
        '{',
        '  "a": 1,',
        '  "projects": {',
        '    "/srv/a": {',
        '      "mcpServers": {',
        '        "new": {}',
        '      }',
        '    }',
        '  }',
        '}',
      ),
    )
    expect(edited('{"projects": {"/srv/a": {"x": 1}}}', [set('new', {})], { path })).toBe(
      '{"projects": {"/srv/a": {"x": 1, "mcpServers": {"new": {}}}}}',
    )
    expect(edited('{"a": {}}', [set('new', {})], { path: [] })).toBe('{"a": {}, "new": {}}')
  })
})
