import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import type { CallResult } from '../../../src/bridge/contract/pipeline.ts'
import { hiddenKeys } from '../../../src/effects/store/hidden-keys.ts'
import { reachable } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { copies, pem, piecesIn, token } from '../../support/key-copies.ts'
import { type Desk, desk, textOf } from '../../support/desk.ts'

const key = token(48)
const lines = pem()
let place: Desk
beforeEach(() => {
  place = desk({ keys: () => Promise.resolve([key, lines]), terminal: 'on' })
})
afterEach(() => place.close())

const other = (text: string): string => text.replace(/[a-z0-9]/gi, 'Z')
/** Fails when more of a key is in an answer than four characters in any spelling tell. */
function demandNone(result: CallResult | string, secret = key): void {
  const text = typeof result === 'string' ? result : JSON.stringify(result)
  for (const copy of [(each: string) => each, copies['in base64'], copies['in hex'], copies['behind a user of 4 letters, in base64']]) {
    const spelled = copy?.(secret) ?? ''
    const common = copy?.(other(secret)) ?? ''
    expect(piecesIn(text, spelled, 10).filter((piece) => piecesIn(common, piece).length === 0)).toEqual([])
  }
}

const pictures = {
  gif: Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'),
  png: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'),
  jpeg: Buffer.from(
    '/9j/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/yQALCAABAAEBAREA/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k=',
    'base64',
  ),
  webp: Buffer.from('UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA', 'base64'),
} as const
type Kind = keyof typeof pictures
const kinds = Object.keys(pictures) as Kind[]
const sized = (size: number, big: boolean): Buffer => {
  const bytes = Buffer.alloc(4)
  if (big) bytes.writeUInt32BE(size)
  else bytes.writeUInt32LE(size)
  return bytes
}

/** A picture of each kind with a comment inside, where its format has room for one. */
const commented: Readonly<Record<Kind, (comment: Buffer) => Buffer>> = {
  gif: (comment) => {
    const blocks = (comment.toString('latin1').match(/[\s\S]{1,255}/g) ?? []).map((part) =>
      Buffer.concat([Buffer.from([part.length]), Buffer.from(part, 'latin1')]),
    )
    return Buffer.concat([pictures.gif.subarray(0, -1), Buffer.from([0x21, 0xfe]), ...blocks, Buffer.from([0, 0x3b])])
  },
  png: (comment) => {
    const data = Buffer.concat([Buffer.from('Comment\0'), comment])
    return Buffer.concat([
      pictures.png.subarray(0, 33),
      sized(data.length, true),
      Buffer.from('tEXt'),
      data,
      Buffer.alloc(4),
      pictures.png.subarray(33),
    ])
  },
  jpeg: (comment) =>
    Buffer.concat([
      pictures.jpeg.subarray(0, 2),
      Buffer.from([0xff, 0xfe]),
      sized(comment.length + 2, true).subarray(2),
      comment,
      pictures.jpeg.subarray(2),
    ]),
  webp: (comment) => {
    const data = Buffer.concat([comment, Buffer.alloc(comment.length % 2)])
    const body = Buffer.concat([pictures.webp.subarray(8), Buffer.from('EXIF'), sized(comment.length, false), data])
    return Buffer.concat([Buffer.from('RIFF'), sized(body.length, false), body])
  },
}

describe('a picture', () => {
  it.each(kinds)('is shown without the bytes behind its end: %s', async (kind) => {
    place.put('p', Buffer.concat([pictures[kind], Buffer.from(`\nKEY=${Buffer.from(key).toString('base64')}\n`)]))
    const { content } = await place.call('read_file', { path: 'p' })
    expect(content).toEqual([{ type: 'image', data: pictures[kind].toString('base64'), mimeType: `image/${kind}` }])
  })
  it.each(kinds)('with a comment is shown whole: %s', async (kind) => {
    const bytes = commented[kind](Buffer.from('made by hand'))
    place.put('p', bytes)
    expect((await place.call('read_file', { path: 'p' })).content).toEqual([
      { type: 'image', data: bytes.toString('base64'), mimeType: `image/${kind}` },
    ])
  })
  it.each(
    kinds.flatMap((kind) =>
      ['as it is', 'behind a user of 4 letters, in base64', 'in hex', 'in JSON of pure escapes'].map((how) => [kind, how] as const),
    ),
  )('with a key in it is not shown: %s, %s', async (kind, how) => {
    place.put('p', commented[kind](Buffer.from(copies[how]?.(key) ?? '')))
    for (const args of [{ path: 'p' }, { path: 'p', offset: 0 }, { path: 'p', limit: 1 }]) {
      const result = await place.call('read_file', args)
      expect(textOf(result)).toMatch(/"p" is a picture with a stored key in its bytes, so it is not shown/)
    }
    expect(textOf(await place.call('read_files', { paths: ['p'] }))).toMatch(/stored key/)
  })
  it.each(kinds)('with a key in UTF-16 in it is not shown: %s', async (kind) => {
    for (const wide of [Buffer.from(key, 'utf16le'), Buffer.from(key, 'utf16le').swap16()]) {
      place.put('p', commented[kind](wide))
      expect(await place.refused('read_file', { path: 'p' })).toMatch(/stored key/)
    }
  })
  it.each([
    ['GIF89a', 'GIF89a'],
    ['GIF87a and a comma', 'GIF87a0123456,'],
    ['the head of a GIF', pictures.gif.toString('latin1', 0, 13).replaceAll('\0', ' ')],
    ['the mark of JPEG', '\u00ff\u00d8\u00ff\u00e0'],
    ['the mark of PNG', '\u0089PNG\r\n\u001a\n'],
    ['the mark of WebP', 'RIFFabcdWEBPVP8 '],
  ])('is not recognised in text that begins with %s', async (_what, head) => {
    for (const how of Object.keys(copies)) {
      const text = Buffer.from(`\nKEY=${copies[how]?.(key)}\nend\n`)
      place.put('p', Buffer.concat([Buffer.from(head, 'latin1'), text]))
      for (const args of [{ path: 'p' }, { path: 'p', offset: 0 }]) {
        const result = await place.call('read_file', args)
        expect(result.content.every(({ type }) => type === 'text')).toBe(true)
        demandNone(result)
      }
      demandNone(await place.call('read_files', { paths: ['p'] }))
    }
    expect(await place.ok('read_file', { path: 'p' })).toContain('KEY=')
  })
  it.each(kinds)('that ends too early is not shown: %s', async (kind) => {
    for (let length = 12; length < pictures[kind].length; length++) {
      place.put('p', pictures[kind].subarray(0, length))
      expect((await place.call('read_file', { path: 'p' })).content.some(({ type }) => type === 'image')).toBe(false)
    }
  })
})

describe('a part of a file', () => {
  it('shows nothing of a key that continues outside of it, wherever it is cut', async () => {
    for (const how of [
      'in lines of 20',
      'in base64 in lines of 20 with CRLF',
      'in base64 in numbered lines',
      'in hex in lines of 60',
      'as an indented JSON buffer',
    ]) {
      const spelled = copies[how]?.(key) ?? ''
      place.put('f', `first\n${spelled}\nlast\n`)
      const count = spelled.split('\n').length
      const common = copies[how]?.(other(key)) ?? ''
      for (let offset = 0; offset < count + 1; offset++)
        for (const args of [
          { path: 'f', offset, limit: 1 },
          { path: 'f', offset: -offset - 1, limit: 1 },
          { path: 'f', offset, limit: 2 },
        ]) {
          const shown = await place.ok('read_file', args)
          expect(piecesIn(shown, spelled, 10).filter((piece) => piecesIn(common, piece).length === 0)).toEqual([])
        }
    }
  })
  it('shows no line of a key of several', async () => {
    place.put('f', `first\n${lines}last\n`)
    const count = lines.split('\n').length
    for (let offset = 0; offset <= count; offset++) {
      const shown = await place.ok('read_file', { path: 'f', offset, limit: 1 })
      for (const line of lines.split('\n').slice(1, -2)) if (line.length >= 8) expect(shown).not.toContain(line.slice(0, 8))
    }
    expect((await place.ok('read_file', { path: 'f' })).split('\n').length).toBe(count + 2)
    expect(await place.ok('search_text', { path: 'f', pattern: '.' })).not.toMatch(
      new RegExp(lines.split('\n')[1]?.slice(0, 20).replace(/[+/]/g, '\\$&') ?? ''),
    )
  })
  it('of one long line shows nothing of a key where it is cut', async () => {
    // Of an answer a few bytes are kept for what is said below the text.
    const room = limits.answerTokens * 4 - limits.noticeBytes - 250
    for (const shift of [1, 20, 47, 150]) {
      place.put('f', `${'x'.repeat(room - shift)}${key}${'y'.repeat(100)}\n${'z'.repeat(100)}`)
      demandNone(await place.call('read_file', { path: 'f' }))
      demandNone(await place.call('read_file', { path: 'f', offset: 0 }))
      place.put('g', `${'x'.repeat(room - shift)}${Buffer.from(`ab:${key}`).toString('base64')}${'y'.repeat(100)}\n`)
      demandNone(await place.call('read_file', { path: 'g' }))
      place.put('h', `${'x'.repeat(room - 2000 - shift)}\n`)
      place.put('i', `${'x'.repeat(2000 - shift)}${key}${'y'.repeat(5000)}`)
      demandNone(await place.call('read_files', { paths: ['h', 'i'] }))
    }
  })
  it('in UTF-16 shows nothing of a key that is cut', async () => {
    const wrapped = copies['in base64 in lines of 20 with CRLF']?.(key) ?? ''
    place.put('f', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(`a\n${key}\n${wrapped}\nb`, 'utf16le')]))
    for (let offset = 0; offset < 9; offset++) demandNone(await place.call('read_file', { path: 'f', offset, limit: 1 }))
  })
})

describe('the near text of an edit that does not fit', () => {
  const missed = (old_string: string) => place.refused('edit_file', { path: 'f', edits: [{ old_string, new_string: 'x' }] })
  it('is shown without its key, however much of the key the caller guessed', async () => {
    place.put('f', `# settings of this program, kept by hand\nTHE_API_KEY_OF_THIS_PROGRAM=${key}\nend of the settings\n`)
    const whole = `THE_API_KEY_OF_THIS_PROGRAM=${key}\n`
    for (let known = 0; known < key.length; known++) {
      const begun = `THE_API_KEY_OF_THIS_PROGRAM=${key.slice(0, known)}`
      for (const guess of [
        `${begun}#${key.slice(known + 1)}`,
        `${begun}?`,
        `${begun}${'x'.repeat(key.length - known)}`,
        `${whole.slice(0, -1)}#${'\nend'.repeat(known % 2)}`,
      ])
        demandNone((await missed(guess)).replaceAll(guess, '').replaceAll(/\{-.*?-\}/g, ''))
    }
  })
  it('is shown without the lines of a key of several', async () => {
    place.put('f', `a line of a text that is here\n${lines}and one that follows it\n`)
    const said = await missed(`a line of a text that was here\n${lines.replace(/^M/m, 'N')}and one that follows it\n`)
    for (const line of lines.split('\n').slice(2, -2)) expect(said).not.toContain(line.slice(0, 12))
  })
  it('is shown where the caller copied the dots of a hidden key', async () => {
    place.put('f', `A=1\nTHE_API_KEY=${key}\n`)
    const shown = await place.ok('read_file', { path: 'f' })
    expect(await missed(shown)).toMatch(/Line 1 is shown like this, but the dots replace a stored key, which no edit can name/)
    expect(await missed('THE_API_KEY=••••••••\n')).toMatch(/^old_string is not in the file; nothing was changed. Line 2 is shown like this/)
  })
})

describe('names', () => {
  it('that hold a key are shown without it, by every tool', async () => {
    for (const name of [
      key,
      encodeURIComponent(`k=${key}`),
      `u-${Buffer.from(`abc:${key}`).toString('base64url')}`,
      Buffer.from(key).toString('hex'),
    ]) {
      place.put(`${name}/${name}.txt`, 'needle\n')
      const path = `${name}/${name}.txt`
      for (const [tool, args] of [
        ['list_directory', { path: '.', depth: 2 }],
        ['search_files', { path: '.', glob: '**' }],
        ['search_text', { path: '.', pattern: 'needle' }],
        ['file_info', { path }],
        ['read_file', { path }],
        ['read_files', { paths: [path, `${path}x`] }],
        ['read_file', { path: `${path}x` }],
        ['edit_file', { path, edits: [{ old_string: 'nedle', new_string: 'x' }] }],
        ['copy_file', { source: path, destination: `${name}/b` }],
        ['move_file', { source: `${name}/b`, destination: `${name}/${name}c` }],
        ['create_directory', { path: `${name}/${name}/d` }],
        ['write_file', { path: `${name}/${name}e`, content: 'x' }],
        ['delete_file', { path: `${name}/${name}e` }],
        ['execute_command', { command: `ls '${name}'; cat '${path}' nothing` }],
      ] as const)
        demandNone(await place.call(tool, args))
    }
    demandNone(readFileSync(join(place.folder, 'audit.jsonl'), 'utf8'))
  })
  it('that a tool returns as data are shown without keys, too', async () => {
    const { redaction } = place.bridge
    await redaction.ready()
    demandNone(JSON.stringify(redaction.answer({ content: [], data: { [`x${key}`]: { [key]: [key] } } })))
  })
})

describe('what a command prints', () => {
  it.each(Object.entries(copies))('shows no key %s', async (_how, copy) => {
    place.put('f', Buffer.from(`before ${copy(key)} behind\n`))
    const result = await place.call('execute_command', { command: 'cat f; sleep 0; cat f >&2' })
    expect(textOf(result)).toMatch(/before [\s\S]*•{8}[\s\S]* behind/)
    demandNone(result)
  })
})

describe('a key that is stored while a bridge runs', () => {
  it('is hidden from the next call on, and one that was changed stays hidden', async () => {
    const own = join(place.home, '.mcp-twin')
    mkdirSync(own, { recursive: true })
    const store = (value: string) => writeFileSync(join(own, 'secrets.json'), JSON.stringify({ A: value }), { mode: 0o600 })
    const keys = () => hiddenKeys(nodeSystem(), reachable(own), { version: 1, servers: {} })
    const running = desk({ roots: [place.A], keys, keysFiles: [join(own, 'secrets.json')] })
    const [first, second] = [token(30), token(30)]
    place.put('f', `${first} ${second}\n`)
    expect(await running.ok('read_file', { path: join(place.A, 'f') })).toContain(first)
    store(first)
    expect(await running.ok('read_file', { path: join(place.A, 'f') })).toBe(`•••••••• ${second}\n`)
    store(second)
    expect(await running.ok('read_file', { path: join(place.A, 'f') })).toBe('•••••••• ••••••••\n')
    await running.close()
  })
})
