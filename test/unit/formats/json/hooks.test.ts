import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hookDigest, startHook, startsOurInbox } from '../../../../src/core/hooks/start-hook.ts'
import {
  type Made,
  type PlacedHook,
  readHookSettings,
  sameButOurs,
  withHook,
  withOtherHook,
  withoutHook,
} from '../../../../src/core/formats/json/hooks.ts'
import type { JsonObject, JsonValue } from '../../../../src/model/entry.ts'
import { native } from '../../../../src/model/path.ts'
import { runs } from '../../../support/runs.ts'
import { ubuntu, windows } from '../../../support/launches.ts'

const ours: JsonObject = { type: 'command', command: '/n /h/.mcp-twin/bin/mcp-twin.mjs inbox --brief', timeout: 10 }
const theirs = { type: 'command', command: 'theirs' }
const bytes = (text: string) => new TextEncoder().encode(text)
const text = (found: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(found)

function edited(found: ReturnType<typeof withHook>): { after: string; made: readonly Made[]; bytes: Uint8Array } {
  if (!found.ok) throw new Error(found.refusal.reason)
  return { after: text(found.bytes), made: found.made, bytes: found.bytes }
}

function placed(found: Uint8Array, wanted = ours): PlacedHook {
  const read = readHookSettings(found)
  const [hook] = read.ok ? read.hooks.filter((each) => hookDigest(each.hook) === hookDigest(wanted)) : []
  if (hook === undefined) throw new Error('the hook is not there')
  return hook
}

/** Adds the hook and removes it again. */
function thereAndBack(before: string) {
  const added = edited(withHook(bytes(before), ours))
  const made = added.made.flatMap((each) => (each === 'hooks' || each === 'event' ? [each] : []))
  return { ...added, back: edited(withoutHook(added.bytes, placed(added.bytes), made)).after }
}

describe('a hook in the settings of Claude Code', () => {
  it.each([
    ['an empty object', '{}'],
    ['settings without hooks', '{\n  "model": "opus",\n  "n": 1e3\n}\n'],
    ['CRLF, tabs and a byte order mark', '\uFEFF{\r\n\t"model": "opus"\r\n}\r\n'],
    ['one line', '{"model":"opus","permissions":{"allow":["Bash(git *)"]}}'],
    ['hooks of other events', '{\n  "hooks": {\n    "Stop": [{ "hooks": [] }]\n  },\n  "z": "\\u00e9"\n}'],
    ['an empty list', '{ "hooks": { "SessionStart": [] } }'],
    ['another hook of the event', `{"hooks": {"SessionStart": [ {"matcher":"startup", "hooks":[${JSON.stringify(theirs)}]} ]}}`],
  ])('comes and goes without a trace: %s', (_title, before) => {
    const { after, back } = thereAndBack(before)
    expect(back).toBe(before)
    const parsed = JSON.parse(after.replace('\uFEFF', ''))
    expect(parsed.hooks.SessionStart.at(-1)).toEqual({ hooks: [ours] })
  })

  it('leaves every other value alone, whatever the settings are', () => {
    const settings = fc.record(
      { model: fc.jsonValue(), hooks: fc.dictionary(fc.string(), fc.array(fc.record({ hooks: fc.array(fc.constant(theirs)) }))) },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(settings, fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
        const before = JSON.stringify(value, null, indent)
        const { bytes: after, back } = thereAndBack(before)
        expect(back).toBe(before)
        expect(sameButOurs(bytes(before), after, startsOurInbox)).toBe(true)
      }),
      { numRuns: runs(100) },
    )
  })

  it('makes a file where there is none', () => {
    const { after, made } = edited(withHook(null, ours))
    expect(JSON.parse(after)).toEqual({ hooks: { SessionStart: [{ hooks: [ours] }] } })
    expect(made).toEqual(['file', 'hooks', 'event'])
    expect(after.endsWith('}\n')).toBe(true)
  })

  it('goes alone where a person put another one beside it, and where others came behind it', () => {
    const group = (...hooks: JsonValue[]) => JSON.stringify({ hooks: { SessionStart: [{ hooks }, { hooks: [theirs] }] } }, null, 2)
    const both = bytes(group(ours, theirs))
    expect(JSON.parse(edited(withoutHook(both, placed(both), ['event'])).after)).toEqual(JSON.parse(group(theirs)))
    const behind = bytes(group(ours))
    expect(JSON.parse(edited(withoutHook(behind, placed(behind), ['hooks', 'event'])).after)).toEqual({
      hooks: { SessionStart: [{ hooks: [theirs] }] },
    })
  })

  it('keeps lists that it did not make', () => {
    const before = bytes(JSON.stringify({ hooks: { SessionStart: [{ hooks: [ours] }] } }))
    expect(edited(withoutHook(before, placed(before), [])).after).toBe('{"hooks":{"SessionStart":[]}}')
  })

  it('is replaced in its place', () => {
    const old = { ...ours, command: '/old/node /h/.mcp-twin/bin/mcp-twin.mjs inbox --brief' }
    const before = bytes(`{"hooks": {"SessionStart": [{"hooks": [${JSON.stringify(old)}, {"command":  "x"}]}]}}`)
    const { after } = edited(withOtherHook(before, placed(before, old), ours))
    expect(after).toContain('{"command":  "x"}')
    expect(JSON.parse(after).hooks.SessionStart[0].hooks[0]).toEqual(ours)
  })

  it.each([
    ['{ // mine\n}', 'comment'],
    ['{"a": 1,}', 'trailing-comma'],
    ['[]', 'root-not-object'],
    ['{"hooks": []}', 'container-not-object'],
    ['{"hooks": {"SessionStart": {}}}', 'container-not-object'],
    ['{"hooks": {}, "hooks": {}}', 'duplicate-key'],
    ['{"a": }', 'syntax'],
    ['\u0000', 'encoding'],
  ])('refuses what Claude Code would not read, or what is not clear: %j', (before, code) => {
    expect(withHook(bytes(before), ours)).toMatchObject({ ok: false, refusal: { code } })
  })
})

describe('the command of the hook', () => {
  it('names node and the launcher by their full paths, and ends with 0', () => {
    expect(startHook(ubuntu, native('/home/ana/.mcp-twin'), 'claude-code')?.command).toBe(
      `${ubuntu.node} /home/ana/.mcp-twin/bin/mcp-twin.mjs inbox --brief --client claude-code 2>/dev/null || true`,
    )
    expect(startHook(ubuntu, native("/home/an'a b/.mcp-twin"), 'claude-code')?.command).toContain(`'/home/an'\\''a b/.mcp-twin/bin`)
    expect(startHook(windows, native('C:\\Users\\Ana\\.mcp-twin'), 'claude-code')?.command).toBe(
      `"${windows.node?.replaceAll('\\', '/')}" "C:/Users/Ana/.mcp-twin/bin/mcp-twin.mjs" inbox --brief --client claude-code || exit 0`,
    )
    expect(startHook({ ...ubuntu, node: undefined }, native('/x'), 'claude-code')).toBeNull()
  })

  it('is known again', () => {
    for (const side of [ubuntu, windows]) {
      const hook = startHook(side, native(side === ubuntu ? '/home/ana/.mcp-twin' : 'C:\\Users\\Ana\\.mcp-twin'), 'claude-code')
      expect(startsOurInbox(hook ?? {})).toBe(true)
    }
    expect(startsOurInbox(theirs)).toBe(false)
    expect(hookDigest({ command: 'a', type: 'b' })).toBe(hookDigest({ type: 'b', command: 'a' }))
  })
})
