import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { describeEngines } from './engines.ts'
import { type StoreProcess, storeProcess } from './processes.ts'

const patience = { timeout: 60_000, interval: 20 }

/** The only holder among processes that take part, once there is one that the row of the store names. */
const holderOf = (processes: readonly StoreProcess[]): Promise<StoreProcess> =>
  vi.waitFor(async () => {
    const holding = await Promise.all(processes.map((each) => each.ask<boolean>('holding')))
    const row = await processes[0]?.ask<{ pid: number }>('holder')
    const [holder, ...more] = processes.filter((each, at) => holding[at] && row?.pid === each.pid)
    if (holder === undefined || more.length > 0) throw new Error(`${holding}`)
    return holder
  }, patience)

describeEngines("the runner's lease", (bench) => {
  const run = () => join(bench.folder, 'run')
  const inUse = () => join(bench.folder, 'store', readFileSync(join(bench.folder, 'store', 'current'), 'utf8').trim())
  const holderJson = () =>
    JSON.parse(readFileSync(join(run(), 'holder.json'), 'utf8')) as { socket: string; secret: string; generation: number }
  const taking = async (): Promise<StoreProcess> => {
    const each = await bench.start()
    await each.ask('takePart')
    return each
  }

  it('is held by exactly one of several processes, and by another when that one is killed', async () => {
    let processes: readonly StoreProcess[] = await Promise.all([taking(), taking(), taking(), taking()])
    while (processes.length > 1) {
      const holder = await holderOf(processes)
      await holder.kill('SIGKILL')
      processes = processes.filter((each) => each !== holder)
    }
    const [last] = processes
    expect(await holderOf(processes)).toBe(last)
    expect(await last?.ask('holder')).toMatchObject({ generation: 4 })
    await last?.end()
  })

  it('passes on when its holder ends by itself, and keeps no process from ending', async () => {
    const [first, second] = [await taking(), await taking()]
    const holder = await holderOf([first, second])
    const other = holder === first ? second : first
    await holder.end()
    expect(await holderOf([other])).toBe(other)
    await other.end()
  })

  it('has a socket for holders of the secret only, and only its owner can read the secret', async () => {
    const holder = await taking()
    await holderOf([holder])
    const { socket, secret } = holderJson()
    expect(statSync(join(run(), 'holder.json')).mode & 0o777).toBe(0o600)
    expect(statSync(run()).mode & 0o077).toBe(0)
    const answerTo = (line: string) =>
      new Promise<string>((resolve) => {
        const connection = connect(socket, () => connection.write(line))
        connection.on('error', () => undefined)
        connection.on('data', (chunk: Buffer) => {
          resolve(chunk.toString())
          connection.destroy()
        })
        connection.on('close', () => resolve(''))
      })
    expect(await answerTo(`${secret}\n`)).toBe('holder 1\n')
    for (const wrong of [`${secret}x\n`, `${'0'.repeat(secret.length)}\n`, '\n', 'x'.repeat(10_000), '{"jsonrpc":"2.0"}\n'])
      expect(await answerTo(wrong)).toBe('')
    expect(await holder.ask('holding')).toBe(true)
  })

  it('goes to another when its holder stops answering; later work of the former holder is refused', async () => {
    const first = await taking()
    await holderOf([first])
    await first.kill('SIGSTOP')
    const second = await taking()
    expect(await holderOf([second])).toBe(second)
    await first.kill('SIGCONT')
    await expect(first.ask('asHolder')).rejects.toThrow(/Another bridge holds the lease now/)
    expect(await first.ask('holding')).toBe(false)
    expect(await holderOf([first, second])).toBe(second)
  })

  it('goes to a follower whose holder has stopped and does not answer', async () => {
    const [first, second] = [await taking(), await taking()]
    const holder = await holderOf([first, second])
    const other = holder === first ? second : first
    expect(await other.ask('askHolder', { method: 'echo' })).toMatchObject({ result: { pid: holder.pid } })
    await holder.kill('SIGSTOP')
    await expect(other.ask('askHolder', { method: 'echo' })).rejects.toThrow(/ended before the answer/)
    expect(await other.ask('askHolder', { method: 'echo' })).toMatchObject({ result: { pid: other.pid } })
    await holder.kill('SIGCONT')
    await expect(holder.ask('asHolder')).rejects.toThrow(/Another bridge holds the lease now/)
    expect(await holder.ask('askHolder', { method: 'echo' })).toMatchObject({ result: { pid: other.pid } })
  })

  it('has work done by its holder, with progress, refusals and cancellation', async () => {
    const [first, second] = [await taking(), await taking()]
    const holder = await holderOf([first, second])
    const other = holder === first ? second : first
    const params = { text: 'x'.repeat(1_000_000), lines: 'a\nb\u2028' }
    for (const each of [holder, other])
      expect(await each.ask('askHolder', { method: 'echo', params })).toEqual({ result: { params, pid: holder.pid }, notes: ['begun'] })
    await expect(other.ask('askHolder', { method: 'refuse' })).rejects.toThrow('not allowed')
    expect(await other.ask('askHolder', { method: 'wait', cancelMs: 100 })).toMatchObject({ result: null })
    expect(await holder.ask('cancelled')).toBe(true)
  })

  it('has work in the middle of which its holder is killed fail, and does not repeat it', async () => {
    const [first, second] = [await taking(), await taking()]
    const holder = await holderOf([first, second])
    const other = holder === first ? second : first
    const failing = expect(other.ask('askHolder', { method: 'wait' })).rejects.toThrow(/ended before the answer/)
    await vi.waitFor(async () => expect(await holder.ask('cancelled')).toBe(false), patience)
    await holder.kill('SIGKILL')
    await failing
    expect(await holderOf([other])).toBe(other)
  })

  it('is taken over from what a killed holder, or a damaged file, left', async () => {
    for (const left of ['', '{', '[]', '{"generation":7,"socket":"/nowhere/s","secret":"x"}']) {
      rmSync(run(), { recursive: true, force: true })
      mkdirSync(run(), { mode: 0o700 })
      writeFileSync(join(run(), 'holder.json'), left)
      writeFileSync(join(run(), 'old.sock'), '')
      const next = await taking()
      await holderOf([next])
      expect(readdirSync(run()).filter((name) => name.endsWith('.sock'))).toHaveLength(1)
      await next.kill('SIGKILL')
    }
  })

  it('has a higher number than the last one that its folder names, where the store has lost it', async () => {
    mkdirSync(run(), { recursive: true, mode: 0o700 })
    writeFileSync(join(run(), 'holder.json'), '{"generation":7,"socket":"/nowhere/s","secret":"x"}')
    const next = await taking()
    await holderOf([next])
    expect([await next.ask('holder'), holderJson()]).toMatchObject([{ generation: 8 }, { generation: 8 }])
  })

  it('is lost to another process of the same number, as a store that was put back may name it', async () => {
    const holder = await taking()
    await holderOf([holder])
    const row = { pid: holder.pid + 1, start: '1', generation: 1 }
    await holder.ask('sql', { file: inUse(), text: `UPDATE meta SET value = '${JSON.stringify(row)}' WHERE name = 'holder'` })
    expect(await holder.ask('confirm')).toBe(false)
  })

  it('has its socket in a temporary folder for its owner alone where the path would be cut', async () => {
    const deep = join(bench.folder, 'd'.repeat(100))
    mkdirSync(deep)
    const holder = await storeProcess(deep, 'libsql')
    await holder.ask('takePart')
    await holderOf([holder])
    const { socket } = JSON.parse(readFileSync(join(deep, 'run', 'holder.json'), 'utf8'))
    expect(socket.startsWith(tmpdir())).toBe(true)
    expect(statSync(dirname(socket)).mode & 0o077).toBe(0)
    await holder.kill('SIGKILL')
    const next = await storeProcess(deep, 'libsql')
    await next.ask('takePart')
    await holderOf([next])
    expect(readdirSync(tmpdir())).not.toContain(dirname(socket).slice(tmpdir().length + 1))
    await next.kill('SIGKILL')
  })

  it('lets its holder move the log into the file', async () => {
    const [holder, other] = [await taking(), await bench.start()]
    await holderOf([holder])
    await other.ask('set', { key: 'a', value: 'x'.repeat(100_000) })
    const file = join(bench.folder, 'store', '1.db')
    await vi.waitFor(() => expect(statSync(file).size).toBeGreaterThan(100_000), patience)
  })
})
