import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { cliPath } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { nodePath } from '../../support/machine.ts'
import { greeted } from '../../support/mcp.ts'
import { asOrdinaryUser, lacksOrdinaryUser } from '../../support/ordinary-user.ts'
import { scratch } from '../../support/scratch.ts'

describeUnless(lacksOrdinaryUser(), 'a bridge of an ordinary user', () => {
  it('says what it may not read, enter or take away, and leaves nothing half done', async () => {
    const place = scratch()
    for (const name of ['open/f', 'open/g', 'open/fixed/f']) place.write(name, 'needle\n')
    mkdirSync(place.path('open/shut'))
    const [program = nodePath, ...before] = [...asOrdinaryUser(place), nodePath]
    chmodSync(place.path('open/g'), 0o000)
    chmodSync(place.path('open/shut'), 0o000)
    chmodSync(place.path('open/fixed'), 0o555)
    writeFileSync(place.path('open/others'), 'theirs\n', { mode: 0o444 })
    if (process.getuid?.() === 0) chmodSync(place.path('open/others'), 0o644)
    const args = [...before, cliPath, 'serve', '--root', place.path('open'), '--terminal', 'on']
    const server = await greeted({ command: program, args, env: place.env, cwd: place.root }, 't')
    const said = async (name: string, input: object) => {
      const { refused, text } = await server.call(name, input)
      return `${refused ? 'REFUSED ' : ''}${text}`
    }
    expect(await said('search_text', { path: place.path('open'), pattern: 'needle' })).toMatch(/^2 found[\s\S]*\[2 .*could not be read\.\]/)
    expect(await said('execute_command', { command: 'pwd', cwd: place.path('open/shut') })).toMatch(/^REFUSED .*shut/)
    const move = { source: place.path('open/fixed/f'), destination: place.path('open/moved') }
    expect(await said('move_file', move)).toMatch(/^REFUSED /)
    expect(await said('file_info', { path: move.destination })).toMatch(/^REFUSED .*(not exist|no such|not there)/i)
    const others = { path: place.path('open/others') }
    expect(await said('write_file', { ...others, content: 'x' })).toMatch(/^REFUSED .*(read-only|not be written by this user)/)
    expect(await said('file_info', others)).toContain('writable: false')
    expect(place.read('open/others')).toBe('theirs\n')
    await server.end()
    chmodSync(place.path('open/shut'), 0o755)
  })
  it('skips unusable folders and files of PATH, as shells do', async () => {
    const place = scratch()
    mkdirSync(place.path('shut'))
    place.write('file', '')
    const [program = nodePath, ...before] = [...asOrdinaryUser(place), nodePath]
    chmodSync(place.path('shut'), 0o000)
    const args = [...before, cliPath, 'serve', '--terminal', 'on']
    const path = [place.path('shut'), place.path('file'), place.env.PATH].join(':')
    const server = await greeted({ command: program, args, env: { ...place.env, PATH: path }, cwd: place.root }, 't')
    expect((await server.call('execute_command', { command: 'cat /dev/null && echo hi' })).data).toMatchObject({
      output: 'hi\n',
      exit_code: 0,
    })
    expect((await server.call('execute_command', { command: 'no-such-program-x' })).data).toMatchObject({ exit_code: 127 })
    await server.end()
    chmodSync(place.path('shut'), 0o755)
  })
})
