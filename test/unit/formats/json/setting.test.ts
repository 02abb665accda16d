import { describe, expect, it } from 'vitest'
import { editSetting, revertSetting, type SettingEdit } from '../../../../src/core/formats/json/setting.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
/** The text that an edit writes, once its own check has passed. */
function written(edit: SettingEdit): string {
  if (edit.kind !== 'replace') throw new Error(edit.kind === 'refuse' ? edit.reason : 'nothing is written')
  expect(edit.check()).toBeNull()
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(edit.bytes)
}

describe('a setting of a file in strict JSON', () => {
  it.each([
    [
      'in its place',
      '{\n    "theme": "dark",\n    "model": "a",\n    "n": 1.0\n}\n',
      '{\n    "theme": "dark",\n    "model": "b",\n    "n": 1.0\n}\n',
    ],
    ['behind a byte order mark', '\uFEFF{"model":"a"}\r\n', '\uFEFF{"model":"b"}\r\n'],
    ['in a blank file', '\n', '{\n  "model": "b"\n}\n'],
  ])('is written %s, and every other byte stays', (_title, before, after) => {
    expect(written(editSetting(bytes(before), ['model'], 'b'))).toBe(after)
  })
  it('is left alone where it has that value', () => {
    expect(editSetting(bytes('{ "model": "b" }'), ['model'], 'b')).toEqual({ kind: 'nothing' })
  })
  it.each([
    ['a comment', bytes('{ // mine\n}')],
    ['a list', bytes('[]')],
    ['bytes that are no UTF-8', Uint8Array.from([...bytes('{"theme":"'), 0xe9, ...bytes('","model":"a"}')])],
  ])('is not written into a file with %s', (_title, before) => {
    expect(editSetting(before, ['model'], 'b')).toMatchObject({ kind: 'refuse', reason: expect.any(String), hint: 'fix the file by hand' })
    expect(revertSetting(before, bytes('{}'), { path: ['model'], value: 'b' }, true)).toMatchObject({ kind: 'refuse' })
  })
  it('is restored, or removed where there was none', () => {
    const now = bytes('{\n  "theme": "light",\n  "model": "b"\n}\n')
    const run = { path: ['model'], value: 'b' }
    expect(written(revertSetting(now, bytes('{"model":"a"}'), run, false))).toBe('{\n  "theme": "light",\n  "model": "a"\n}\n')
    expect(written(revertSetting(now, null, run, false))).toBe('{\n  "theme": "light"\n}\n')
  })
  it('keeps a later change, unless forced', () => {
    const now = bytes('{"model":"c"}')
    const run = { path: ['model'], value: 'b' }
    expect(revertSetting(now, bytes('{"model":"a"}'), run, false)).toMatchObject({
      kind: 'refuse',
      reason: 'model was changed since that run',
    })
    expect(written(revertSetting(now, bytes('{"model":"a"}'), run, true))).toBe('{"model":"a"}')
  })
})
