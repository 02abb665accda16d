import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeUnless } from '../../support/left-out.ts'
import { CANARY, type Desk, desk } from './desk.ts'

const works = spawnSync('bwrap', ['--ro-bind', '/', '/', '--unshare-all', 'true']).status === 0

// Rows 63 to 76 of SECURITY §3.ii that only a wall can hold (S). The list of blocked commands is no part of it.
describeUnless(works ? null : 'no bubblewrap that may make namespaces', 'terminal: sandbox', () => {
  let place: Desk
  beforeAll(() => {
    place = desk({ terminal: 'sandbox' })
  })
  afterAll(() => place.close())
  const run = async (command: string, more: object = {}) => {
    const result = await place.call('execute_command', { command, ...more })
    expect(JSON.stringify(result)).not.toContain(CANARY)
    return (result.structuredContent ?? {}) as { output: string; exit_code: number }
  }

  it('holds, says its probe, and runs ordinary commands in the allowed folder', async () => {
    expect(await (await place.bridge.terminal()).usable()).toBe(true)
    expect((await run('echo hi > made; cat made; pwd')).output).toBe(`hi\n${place.A}\n`)
    expect(existsSync(join(place.A, 'made'))).toBe(true)
    expect((await run('node -e "console.log(6*7)"')).output).toBe('42\n')
  })
  it.each([
    ['row 63: through a shell', (at: string) => `sh -c 'cat ${at}'`],
    ['row 64: through eval of base64', (at: string) => `eval "$(echo ${Buffer.from(`cat ${at}`).toString('base64')} | base64 -d)"`],
    [
      'row 65: through an interpreter',
      (at: string) => `python3 -c "print(open('${at}').read())"; node -e "console.log(require('fs').readFileSync('${at}','utf8'))"`,
    ],
    ['row 66: through find', (at: string) => `find ${at} -exec cat {} \\;`],
    ['row 67: through a link made first', (at: string) => `ln -s ${at} l && cat l; rm -f l`],
    ['row 68: through git', (at: string) => `git -c core.pager='cat ${at}' -p log`],
    ['row 73: plainly', (at: string) => `cat ${at}`],
    ['through /proc', (at: string) => `cat /proc/1/root${at} /proc/self/root${at}`],
  ])('%s nothing outside is read', async (_row, line) => {
    await run(line(join(place.O, 's')))
  })
  it('the same line without the wall reads it: the tests can fail', async () => {
    const open = desk({ terminal: 'on' })
    expect(JSON.stringify(await open.call('execute_command', { command: `cat ${join(open.O, 's')}` }))).toContain(CANARY)
    await open.close()
  })
  it('nothing outside is written', async () => {
    for (const at of [join(place.O, 'x'), join(place.folder, 'x'), '/usr/x', '/etc/x', join(place.home, 'x')]) await run(`echo x > ${at}`)
    expect([join(place.O, 'x'), join(place.folder, 'x'), '/usr/x', '/etc/x', join(place.home, 'x')].filter(existsSync)).toEqual([])
  })
  it('row 74: a program that listens here is not reached', async () => {
    let reached = 0
    const server = createServer(() => reached++)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await run(`exec 3<>/dev/tcp/127.0.0.1/${port} && echo in`, { shell: 'bash' })
    server.close()
    expect(reached).toBe(0)
  })
  it('row 76: the environment of the bridge is not there', async () => {
    expect((await run('cat /proc/*/environ | tr "\\0" "\\n" | grep -c VITEST')).output.trim()).toBe('0')
    expect((await run('ps ax 2>/dev/null | wc -l || ls /proc | grep -c "^[0-9]"')).exit_code).toBe(0)
  })
  it('other programs are neither seen nor signalled', async () => {
    expect((await run(`kill -0 ${process.pid} && echo seen`)).output).not.toContain('seen')
  })
  it('what is closed in an allowed folder is not there', async () => {
    const wide = desk({ terminal: 'sandbox', roots: [place.home], closed: [join(place.home, '.ssh'), join(place.home, '.netrc')] })
    mkdirSync(join(place.home, '.ssh'), { recursive: true })
    writeFileSync(join(place.home, '.ssh', 'id'), CANARY)
    writeFileSync(join(place.home, '.netrc'), CANARY)
    const result = await wide.call('execute_command', { command: 'cat .ssh/id .netrc; ls -A .ssh' })
    expect(JSON.stringify(result)).not.toContain(CANARY)
    await wide.close()
  })
  it('the tree ends at the limit', async () => {
    const started = Date.now()
    await run('setsid sleep 81 & sleep 82', { timeout_ms: 500 })
    expect(Date.now() - started).toBeLessThan(8000)
    expect(spawnSync('pgrep', ['-f', '^sleep 8[12]$']).stdout.toString()).toBe('')
  })
  it('a wall that does not stand switches the family off, and says so', async () => {
    const broken = desk({ terminal: 'sandbox', platform: 'darwin' })
    expect(await broken.refused('execute_command', { command: 'echo x > made-without-a-wall' })).toMatch(/sandbox does not hold/)
    expect(existsSync(join(broken.A, 'made-without-a-wall'))).toBe(false)
    expect(broken.bridge.problems().join()).toMatch(/sandbox does not hold/)
    await broken.close()
  })
})

describe('the sandbox where bubblewrap fails', () => {
  it('is off, never on without it', async () => {
    const place = desk({ terminal: 'sandbox', roots: ['/no/such/folder'] })
    expect(await (await place.bridge.terminal()).usable()).toBe(false)
    await place.close()
  })
})
