import { describe, expect, it } from 'vitest'
import { decodeConsole } from '../../../src/effects/machine/console.ts'
import { utf16 } from './fake.ts'

describe('what a Windows program printed', () => {
  it.each([
    ['UTF-16 without a mark', utf16('Ubuntu\r\nDebian\r\n'), 'Ubuntu\nDebian\n'],
    ['UTF-16 with a mark', utf16('\ufeffUbuntu\r\n'), 'Ubuntu\n'],
    ['UTF-16 with a lost last byte', utf16('USERNAME=Ana\r\n').subarray(0, -1), 'USERNAME=Ana\r'],
    ['UTF-16 of another script', utf16('名前\r\nUbuntu\r\n'), '名前\nUbuntu\n'],
    ['UTF-16 of one letter', utf16('é'), 'é'],
    ['UTF-8', Buffer.from('C:\\Users\\Zoé\r\n'), 'C:\\Users\\Zoé\n'],
    ['UTF-8 with a mark', Buffer.from('\ufeffx'), 'x'],
    ['code page 850 or 437', Buffer.from('Ren\x82 \x9drsted', 'latin1'), 'René Ørsted'],
    ['code page 1252', Buffer.from('Renée Müller', 'latin1'), 'Renée Müller'],
    ['plain ASCII', Buffer.from('x\r\r\ny'), 'x\ny'],
    ['nothing', Buffer.alloc(0), ''],
  ])('%s', (_, bytes, expected) => {
    expect(decodeConsole(bytes)).toBe(expected)
  })
})
