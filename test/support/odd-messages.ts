const call = (parameters: string): string => `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":${parameters}}`
const levels = 20_000
const keys = (count: number): string => Array.from({ length: count }, (_, n) => `"k${n}":${n}`).join(',')

/** Bodies that are JSON, or nearly, and no messages of the protocol that anybody means. */
export const oddMessages: readonly (readonly [string, string])[] = [
  ['null', 'null'],
  ['a number', '5'],
  ['a text', '"text"'],
  ['an empty list', '[]'],
  ['a list of lists', '[[],[[]]]'],
  ['an empty object', '{}'],
  ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"ping"}'],
  ['an id beyond all numbers', '{"jsonrpc":"2.0","id":1e400,"method":"ping"}'],
  ['a method that is none', '{"jsonrpc":"2.0","id":1,"method":5}'],
  ['a method named __proto__', '{"jsonrpc":"2.0","id":1,"method":"__proto__"}'],
  ['parameters that are a text', call('"x"')],
  [
    'parameters with __proto__',
    call('{"__proto__":{"name":"read_file"},"name":"read_file","arguments":{"__proto__":{"path":"/etc/passwd"}}}'),
  ],
  ['a message in __proto__', '{"__proto__":{"jsonrpc":"2.0","id":1,"method":"ping"}}'],
  ['constructor and prototype', call('{"constructor":{"prototype":{"x":1}},"name":"constructor"}')],
  ['a batch of a thousand', `[${Array.from({ length: 1000 }, (_, id) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}`).join(',')}]`],
  ['deep lists', '['.repeat(levels) + ']'.repeat(levels)],
  ['deep objects', `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`],
  ['deep lists as parameters', call(`${'['.repeat(levels)}${']'.repeat(levels)}`)],
  ['deep _meta', call(`{"_meta":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)},"name":"read_file"}`)],
  ['as deep as is taken', call(`{"name":"read_file","arguments":{"path":${'['.repeat(1021)}${']'.repeat(1021)}}}`)],
  ['lists that are never closed', '['.repeat(1_000_000)],
  ['a hundred thousand names', call(`{"name":"read_file","arguments":{${keys(100_000)}}}`)],
  ['a hundred thousand parameters', call(`{${keys(100_000)}}`)],
  ['a hundred thousand names of the message', `{"jsonrpc":"2.0","id":1,"method":"ping",${keys(100_000)}}`],
  ['more values than are taken', call(`{"name":"read_file","arguments":{"paths":[${'1,'.repeat(2_200_000)}1]}}`)],
  ['more names than are taken', call(`{"name":"read_file","arguments":{${keys(250_000)}}}`)],
  ['one name a hundred thousand times', call(`{${'"name":"read_file",'.repeat(100_000)}"name":"x"}`)],
  ['brackets in a text', call(`{"name":"read_file","arguments":{"path":"${'[{'.repeat(2000)}"}}`)],
  ['half of a character', call('{"name":"read_file","arguments":{"path":"\\ud800"}}')],
]
