import { describe, expect, it } from 'vitest'
import { codeFile, home } from '../support/place.ts'

/** A key as a person has it, which the store does not know. */
const KEY = 'plainMARK0Zq8Jk2mWn4Rt6Yp1Vb3Xc5Lh7'

describe('a key in a file that is broken beside it', () => {
  const broken = [
    `{"mcpServers":{"a":{"command":"x","env":{"TOKEN":${KEY}}}}}`,
    `{"mcpServers":{"a":{"command":"x","env":{${KEY}:1}}}}`,
    `{"mcpServers":{"a":{"command":"x","env":{"TOKEN":"${KEY}" "B":1}}}}`,
    `{"mcpServers":{"a":{"command":"x","args":["${KEY}" "y"]}}}`,
    `{"mcpServers":{"a":{"env":{"X":"${KEY}`,
    `{"mcpServers":{"a":{"url":"https://h/${KEY}" "q":1}}}`,
    `{'k':'${KEY}'}`,
    `{"mcpServers":{}} ${KEY}`,
    `7${KEY}`,
    KEY,
  ]
  it.each(broken)('is shown by no command, file %#', async (text) => {
    const place = home()
    place.manifest({ a: { command: '/bin/true' } })
    place.write(codeFile, text)
    const own = home()
    own.write('.mcp-twin/mcp-twin.json', text)
    const answers = [
      ...(await Promise.all(
        [['sync'], ['sync', '--json', '--verbose'], ['doctor', '--verbose'], ['init', '--yes', '--dry-run']].map((args) => place.run(args)),
      )),
      ...(await Promise.all([['sync'], ['list', '--json', '--verbose'], ['doctor', '--verbose']].map((args) => own.run(args)))),
      await place.run(['add', '-'], { input: text }),
      await place.run(['init', '--yes', '--dry-run', '--secrets', '-'], { input: text }),
    ]
    for (const { output } of answers) {
      expect(output).not.toContain(KEY.slice(0, 10))
      expect(output).not.toContain(KEY.slice(-10))
      expect(output).not.toContain('went wrong')
    }
    expect(place.read(codeFile)).toBe(text)
  })
})

describe('a key typed where it does not belong', () => {
  it.each([
    ['secret', 'set', KEY],
    ['secret', 'set', 'sk_live_abcdefgh12345678'],
    ['secret', 'set', `K=${KEY}`],
    ['secret', 'set', 'K', KEY],
    ['list', `--token=${KEY}`],
    ['add', 'z', '--command', 'x', '--env', `API_KEY=${KEY}`],
    ['add', 'z', '--url', `https://h/?key=${KEY}`],
    ['add', 'z', '--url', 'https://h/', '--header', `Authorization=Bearer ${KEY}`],
  ])('is refused without being repeated: %s %s', async (...args) => {
    const place = home()
    place.manifest({})
    const { code, output } = await place.run(args, { input: 'x' })
    expect(code).toBe(2)
    for (const key of [KEY, 'abcdefgh12345678']) expect(output).not.toContain(key)
  })

  it.each(['TAVILY_API_KEY', 'GITHUB_PERSONAL_ACCESS_TOKEN_2', 'my_azure_openai_key_v2', 'S3'])('but %s is a name', async (name) => {
    const place = home()
    place.manifest({})
    expect((await place.run(['secret', 'set', name], { input: KEY })).code).toBe(0)
  })
})
