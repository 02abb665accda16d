import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockFile } from '../../../src/bridge/files/lock-file.ts'
import { CANARY, type Desk, desk, textOf } from '../../support/desk.ts'
import { cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { session } from '../../support/mcp.ts'
import { runs } from '../../support/runs.ts'

// Hostile files that take seconds, so they are not among those of integration/bridge/hostile-files.
let place: Desk
beforeEach(() => {
  place = desk()
})
afterEach(() => place.close())

describe('a large file or a folder that changes all the time', () => {
  it('gives a page of a 10 GB file at once, from both ends', async () => {
    const file = place.put('big', 'first\nsecond\n')
    truncateSync(file, 10 * 1024 ** 3)
    writeFileSync(file, '\nlast line\n', { flag: 'a' })
    const read = () => Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])
    const before = read()
    expect(await place.ok('read_file', { path: file, offset: 1, limit: 1 })).toBe('second\n\n[lines 2–2 of many; offset 2 goes on]')
    expect(await place.ok('read_file', { path: file, offset: -1 })).toContain('last line')
    await place.refused('read_file', { path: file, offset: 5_000_000, limit: 1 })
    // A page far within may be sought for some time, yet never through the whole file.
    expect(read() - before).toBeLessThan(10 * 1024 ** 3)
  })

  /** A call may make the folder anew in between. */
  function putLink(at: string): void {
    for (let tries = 0; tries < 1000; tries++) {
      try {
        symlinkSync(place.O, at)
        return
      } catch {
        rmSync(at, { recursive: true, force: true })
      }
    }
  }

  /** Swaps a folder in A for a link to O and back, as fast as it goes, while `work` runs. */
  async function whileSwapping(work: (real: string) => Promise<void>): Promise<void> {
    const real = join(place.A, 'real')
    const spare = join(place.A, 'spare')
    mkdirSync(real)
    writeFileSync(join(real, 's'), 'inside')
    let swapping = true
    const swap = (async () => {
      while (swapping) {
        renameSync(real, spare)
        putLink(real)
        await new Promise((resolve) => setImmediate(resolve))
        rmSync(real)
        renameSync(spare, real)
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    try {
      await work(real)
    } finally {
      swapping = false
      await swap
    }
  }
  const untouched = () => {
    expect(readdirSync(place.O)).toEqual(['s'])
    expect(readFileSync(join(place.O, 's'), 'utf8')).toBe(CANARY)
  }

  it('leads no tool outside while the folder is swapped for a link', async () => {
    await whileSwapping(async (real) => {
      for (let round = 0; round < runs(60); round++) {
        const answers = await Promise.all([
          place.call('read_file', { path: join(real, 's') }),
          place.call('write_file', { path: join(real, 'w'), content: 'x' }),
          place.call('write_file', { path: join(real, 's'), content: 'x', mode: 'append' }),
          place.call('create_directory', { path: join(real, 'made') }),
          place.call('edit_file', { path: join(real, 's'), edits: [{ old_string: CANARY, new_string: 'gone' }] }),
        ])
        expect(JSON.stringify(answers)).not.toContain(CANARY)
      }
    })
    untouched()
  })

  it('moves, copies, deletes and lists nothing outside while the folder is swapped for a link', async () => {
    await whileSwapping(async (real) => {
      for (let round = 0; round < runs(40); round++) {
        const answers = await Promise.all([
          place.call('copy_file', { source: join(real, 's'), destination: join(place.A, `copy${round}`) }),
          place.call('move_file', { source: join(real, 's'), destination: join(place.A, `moved${round}`) }),
          place.call('delete_file', { path: join(real, 's') }),
          place.call('list_directory', { path: real, depth: 2 }),
          place.call('file_info', { path: join(real, 's') }),
          place.call('read_files', { paths: [join(real, 's'), join(place.A, 'real', '..', 'real', 's')] }),
        ])
        expect(JSON.stringify(answers)).not.toContain(CANARY)
        await place.call('write_file', { path: join(real, 's'), content: 'inside' })
      }
    })
    for (const name of readdirSync(place.A).filter((each) => /^(copy|moved)/.test(each)))
      expect(readFileSync(join(place.A, name), 'utf8')).not.toContain(CANARY)
    untouched()
  })

  it('finds nothing outside by a search of the folder, of its parent, or of a file in it', async () => {
    for (let i = 0; i < 200; i++) place.put(`other/${i}/f`, 'x\n'.repeat(50))
    await whileSwapping(async (real) => {
      for (let round = 0; round < runs(12); round++) {
        const answers = await Promise.all([
          place.call('search_text', { path: place.A, pattern: CANARY.slice(0, 6) }),
          place.call('search_text', { path: real, pattern: '.' }),
          place.call('search_text', { path: join(real, 's'), pattern: '.' }),
        ])
        expect(JSON.stringify(answers)).not.toContain(CANARY)
      }
    })
    // The same questions find what is there while nobody swaps it.
    expect(await place.ok('search_text', { path: place.A, pattern: 'inside' })).toContain('real/s')
    untouched()
  })

  it('finds nothing outside by a search that runs during the swap', async () => {
    const real = join(place.A, 'real')
    const more = 60_000
    place.put('real/many', 'found\n'.repeat(more))
    place.put('real/s', 'found\n')
    writeFileSync(join(place.O, 'many'), `${CANARY}\n`.repeat(more))
    // A full buffer stops ripgrep wherever it is, until the next page is asked for.
    const first = await place.call('search_text', { path: real, pattern: '.', max_results: 1 })
    const search = /more_results[^"]*?"?(s\d+)/.exec(textOf(first))?.[1]
    expect(search, textOf(first)).toBeDefined()
    for (let isThere = true, isMore = true; isMore; isThere = !isThere) {
      if (isThere) {
        renameSync(real, join(place.A, 'spare'))
        putLink(real)
      } else {
        rmSync(real)
        renameSync(join(place.A, 'spare'), real)
      }
      const page = textOf(await place.call('more_results', { search }))
      expect(page).not.toContain(CANARY)
      isMore = page.includes('more_results')
    }
    rmSync(join(place.O, 'many'))
    untouched()
  })
})

describe('two bridges over one home', () => {
  it('lose no edit of each other', async () => {
    const env = { PATH: process.env.PATH ?? '', HOME: place.home }
    const file = join(place.home, '.mcp-twin', 'bridge', 'workspace', 'f')
    const numbers = Array.from({ length: runs(40) }, (_, i) => i)
    writeFileSync(file, numbers.map((i) => `[${i}]\n`).join(''))
    const servers = [1, 2, 3].map(() => session({ command: nodePath, args: [cliPath, 'serve', '--client', 'tester'], env, cwd: '/' }))
    try {
      for (const server of servers)
        await server.ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } })
      const answers = await Promise.all(
        numbers.map((i) => {
          const edits = [{ old_string: `[${i}]`, new_string: `<${i}>` }]
          return servers[i % 3]?.ask('tools/call', { name: 'edit_file', arguments: { path: 'f', edits } })
        }),
      )
      expect(answers.filter((answer) => JSON.stringify(answer).includes('isError'))).toEqual([])
      expect(readFileSync(file, 'utf8')).toBe(numbers.map((i) => `<${i}>\n`).join(''))
      expect(readdirSync(join(place.home, '.mcp-twin', 'bridge', 'locks'))).toEqual([])
    } finally {
      for (const server of servers) await server.end()
    }
  })

  it('say so when one of them holds a file for long, and change nothing', async () => {
    const locks = join(place.folder, 'locks')
    place.put('f', 'one')
    const release = await lockFile(locks, join(place.A, 'f'), 'f')
    const [name = ''] = readdirSync(locks)
    const [, , space] = readFileSync(join(locks, name), 'utf8').trim().split(' ')
    release()
    const other = spawn('sleep', ['60'])
    const start = readFileSync(`/proc/${other.pid}/stat`, 'utf8').split(' ')[21]
    writeFileSync(join(locks, name), `${other.pid} ${start} ${space}\n`)
    const said = await place.refused('write_file', { path: 'f', content: 'two' })
    expect(said).toMatch(new RegExp(`is being changed by another bridge of this home \\(process ${other.pid}\\).*Try again`))
    expect(readFileSync(join(place.A, 'f'), 'utf8')).toBe('one')
    other.kill()
    await new Promise((resolve) => other.on('exit', resolve))
    await place.ok('write_file', { path: 'f', content: 'three' })
    expect(readdirSync(locks)).toEqual([])
  })
})
