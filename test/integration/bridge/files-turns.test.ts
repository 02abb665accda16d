import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockFile } from '../../../src/bridge/files/lock-file.ts'
import { change } from '../../../src/bridge/files/write.ts'
import { limits } from '../../../src/bridge/base/limits.ts'
import { CANARY, type Desk, desk, textOf } from '../../support/desk.ts'

let place: Desk
beforeEach(() => {
  place = desk()
})
afterEach(() => place.close())

const text = (name: string) => readFileSync(join(place.A, name), 'utf8')
const edit = (path: string, old_string: string, new_string: string) =>
  place.call('edit_file', { path, edits: [{ old_string, new_string }] })
const locks = () => join(place.folder, 'locks')
const numbers = Array.from({ length: 50 }, (_, i) => i)

describe('many changes of one file at once', () => {
  it('loses none of fifty edits', async () => {
    place.put('f', numbers.map((i) => `[${i}]\n`).join(''))
    await Promise.all(numbers.map((i) => edit('f', `[${i}]`, `<${i}>`)))
    expect(text('f')).toBe(numbers.map((i) => `<${i}>\n`).join(''))
    expect(readdirSync(locks())).toEqual([])
  })
  it('loses no edit under another name of the file', async () => {
    place.put('f', numbers.map((i) => `[${i}]\n`).join(''))
    symlinkSync('f', join(place.A, 'g'))
    await Promise.all(numbers.map((i) => edit(i % 2 === 0 ? 'f' : 'g', `[${i}]`, `<${i}>`)))
    expect(text('f')).toBe(numbers.map((i) => `<${i}>\n`).join(''))
  })
  it('loses nothing that is appended in between', async () => {
    place.put('f', numbers.map((i) => `[${i}]\n`).join(''))
    await Promise.all(
      numbers.flatMap((i) => [edit('f', `[${i}]`, `<${i}>`), place.ok('write_file', { path: 'f', content: `+${i}\n`, mode: 'append' })]),
    )
    const lines = text('f').split('\n')
    for (const i of numbers) expect(lines).toEqual(expect.arrayContaining([`<${i}>`, `+${i}`]))
  })
  it('does not create a file again that was moved or deleted meanwhile', async () => {
    for (const i of numbers) {
      place.put('f', 'old\n')
      const [edited, took] = await Promise.all([
        edit('f', 'old', 'new'),
        i % 2 === 0 ? place.call('move_file', { source: 'f', destination: `m${i}` }) : place.call('delete_file', { path: 'f' }),
      ])
      expect(took.isError, textOf(took)).toBeUndefined()
      expect(existsSync(join(place.A, 'f'))).toBe(false)
      if (i % 2 === 0) expect(text(`m${i}`)).toBe(edited.isError ? 'old\n' : 'new\n')
      if (edited.isError) expect(textOf(edited)).toMatch(/does not exist|moved or deleted/)
    }
  })
  it('lets one of two moves win, and leaves a copy whole', async () => {
    place.put('a', 'a'.repeat(100_000))
    place.put('b', 'b'.repeat(100_000))
    const answers = await Promise.all([
      place.call('move_file', { source: 'a', destination: 'c' }),
      place.call('move_file', { source: 'b', destination: 'c' }),
      place.call('copy_file', { source: 'b', destination: 'd' }),
      place.call('write_file', { path: 'd', content: 'new' }),
    ])
    expect(answers.slice(0, 2).filter(({ isError }) => isError)).toHaveLength(1)
    expect([100_000, 3]).toContain(text('d').length)
    expect(new Set(text('c')).size).toBe(1)
  })
})

describe('another program that changes the file during an edit', () => {
  const during = (what: () => void, times = 1) => {
    let calls = 0
    return change(place.folder, place.bridge.policy, 'f', async (old) => {
      if (calls++ < times) what()
      return Buffer.from(old.toString('utf8').replace('old', 'new'))
    })
  }
  const appended = () => appendFileSync(join(place.A, 'f'), 'more\n')
  beforeEach(() => {
    place.put('f', 'old\n')
  })
  it('loses nothing, since the edit is made on its text', async () => {
    await during(appended, 3)
    expect(text('f')).toBe('new\nmore\nmore\nmore\n')
  })
  it('gets no edit while it never stops writing', async () => {
    await expect(during(appended, 99)).rejects.toThrow(/"f" keeps changing/)
    expect(text('f')).toBe(`old\n${'more\n'.repeat(limits.editTries)}`)
    expect(readdirSync(place.A)).toEqual(['f'])
  })
  it('may remove the file, which is not created again', async () => {
    await expect(during(() => rmSync(join(place.A, 'f')))).rejects.toThrow(/moved or deleted/)
    expect(readdirSync(place.A)).toEqual([])
  })
  it('gains nothing outside by putting a link in its place', async () => {
    const swapped = () => {
      rmSync(join(place.A, 'f'))
      symlinkSync(join(place.O, 's'), join(place.A, 'f'))
    }
    await expect(during(swapped)).rejects.toThrow(/swapped for a link/)
    expect(readFileSync(join(place.O, 's'), 'utf8')).toBe(CANARY)
  })
  it('loses no line that it appends all the time', async () => {
    let added = 0
    const timer = setInterval(() => appendFileSync(join(place.A, 'f'), `line ${added++}\n`), 1)
    for (let i = 0; i < 150; i++) await edit('f', i % 2 === 0 ? 'old' : 'new', i % 2 === 0 ? 'new' : 'old')
    clearInterval(timer)
    expect(text('f').split('\n').slice(1, -1)).toEqual(Array.from({ length: added }, (_, i) => `line ${i}`))
  })
})

describe('a lock of another bridge', () => {
  const lock = async () => {
    const release = await lockFile(locks(), join(place.A, 'f'), 'f')
    const [name = ''] = readdirSync(locks())
    const content = readFileSync(join(locks(), name), 'utf8')
    release()
    return { file: join(locks(), name), content }
  }
  it('names who holds it, and goes when it is given back', async () => {
    const { content } = await lock()
    expect(content).toMatch(new RegExp(`^${process.pid} \\d* \\S*\n$`))
    expect(readdirSync(locks())).toEqual([])
  })
  it('whose process is dead is taken over at once', async () => {
    const { file, content } = await lock()
    const gone = spawn('true')
    await new Promise((resolve) => gone.on('exit', resolve))
    writeFileSync(file, content.replace(/^\d+/, String(gone.pid)))
    await place.ok('write_file', { path: 'f', content: 'x' })
    expect(readdirSync(locks())).toEqual([])
  })
  it('is taken over when its process id belongs to another process by now', async () => {
    const { file, content } = await lock()
    writeFileSync(file, content.replace(/^\d+ \d+/, `${process.ppid} 1`))
    await place.ok('write_file', { path: 'f', content: 'x' })
    expect(readdirSync(locks())).toEqual([])
  })
  it('is taken over when it is old and names no process', async () => {
    const { file } = await lock()
    writeFileSync(file, '')
    utimesSync(file, new Date(), new Date(Date.now() - 60_000))
    await place.ok('write_file', { path: 'f', content: 'x' })
    expect(readdirSync(locks())).toEqual([])
  })
  it('that is held is waited for', async () => {
    const { file, content } = await lock()
    const [, start = '', space = ''] = content.trim().split(' ')
    writeFileSync(file, `${process.ppid} ${readFileSync(`/proc/${process.ppid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19]} ${space}\n`)
    expect(start).not.toBe('')
    let removed = false
    setTimeout(() => {
      removed = true
      rmSync(file)
    }, 200)
    await place.ok('write_file', { path: 'f', content: 'one' })
    expect(removed).toBe(true)
  })
  it('of a killed bridge goes with the next change of any file', async () => {
    const { content } = await lock()
    const other = desk()
    mkdirSync(join(other.folder, 'locks'))
    writeFileSync(join(other.folder, 'locks', 'left'), content.replace(/^\d+ \d+/, '1 1'))
    await other.ok('write_file', { path: 'g', content: '' })
    expect(readdirSync(join(other.folder, 'locks'))).toEqual([])
    await other.close()
  })
  it('that cannot be made stops no write', async () => {
    writeFileSync(locks(), 'a file')
    await place.ok('write_file', { path: 'f', content: 'old' })
    await edit('f', 'old', 'new')
    expect(text('f')).toBe('new')
  })
})
