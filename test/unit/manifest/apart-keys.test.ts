import { describe, expect, it } from 'vitest'
import { apartKeys } from '../../../src/core/manifest/apart-keys.ts'

const [one, two] = ['${secret:K}', '${secret:K_2}']
const found = (servers: Parameters<typeof apartKeys>[0]) =>
  apartKeys(servers).map(({ servers: names, key, other, side }) => `${names.join('+')} ${key} ${other} ${side}`)

describe('two keys where one may be meant', () => {
  it('are those of one server that differ by side, whatever they are called', () => {
    expect(found({ a: { command: 'x', env: { V: one }, on: { windows: { env: { V: two } } } } })).toEqual(['a+a K K_2 windows'])
    expect(found({ a: { url: 'u', headers: { A: one }, on: { wsl: { headers: { a: '${secret:OTHER}' } } } } })).toEqual(['a+a K OTHER wsl'])
    expect(found({ a: { command: 'x', args: ['-k', one], on: { wsl: { args: ['-k', two] } } } })).toEqual(['a+a K K_2 wsl'])
  })

  it('are the second value of a name that another server has', () => {
    expect(found({ a: { command: 'x', env: { V: one } }, b: { command: 'y', env: { V: two } } })).toEqual(['a+b K K_2 null'])
  })

  it('are not keys for different things, nor those of servers that are switched off', () => {
    expect(found({ a: { command: 'x', env: { V: one, W: two } } })).toEqual([])
    expect(found({ a: { command: 'x', env: { V: one } }, b: { command: 'y', env: { V: '${secret:K_OTHER}' } } })).toEqual([])
    expect(found({ a: { command: 'x', disabled: true, env: { V: one }, on: { windows: { env: { V: two } } } } })).toEqual([])
    expect(found({ a: { command: 'x', env: { V: one }, on: { windows: { env: { V: one, W: two } } } } })).toEqual([])
  })
})
