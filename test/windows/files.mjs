// How files behave where the two systems meet. The code relies on what is marked with ✓ or ✗; the rest is only noted.
import { closeSync, existsSync, lstatSync, mkdirSync, openSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { linuxPath, run } from './ground.mjs'

const codeOf = (work) => {
  try {
    return work() ?? 'done'
  } catch (error) {
    return error.code ?? error.message
  }
}

export async function files(report, { wsl, place, nodes }) {
  const own = (name) => join(place.windows, name)
  const share = (name) => join(place.share, name)
  const linux = (line, ...args) => run([...wsl.enter, '/bin/sh', '-c', line, 'sh', ...args])

  await report.part('a file that is held open', async (row) => {
    writeFileSync(own('held'), 'old')
    const handle = openSync(own('held'), 'r')
    writeFileSync(own('new'), 'new')
    const answer = codeOf(() => renameSync(own('new'), own('held')))
    row('rename over it from Windows', ['EPERM', 'EACCES', 'EBUSY'].includes(answer), answer)
    writeFileSync(own('new'), 'new')
    const moved = await linux('mv -f "$1" "$2" && echo done', linuxPath(own('new'), wsl), linuxPath(own('held'), wsl))
    row('rename over it from WSL', 'note', moved.text || moved.stderr)
    closeSync(handle)
    row('rename over it once it is free', codeOf(() => (existsSync(own('new')) ? renameSync(own('new'), own('held')) : 'done')) === 'done')
  })

  await report.part("WSL's files seen from Windows", async (row) => {
    row('real path', realpathSync.native(place.share).toLowerCase() === place.share.toLowerCase(), realpathSync.native(place.share))
    writeFileSync(share('made'), 'x', { mode: 0o600 })
    row('mode of a new file (asked for: 600)', 'note', (await linux('stat -c "%a %U" "$1"', `${place.linux}/made`)).text)
    await linux('chmod 640 "$1"', `${place.linux}/made`)
    writeFileSync(share('beside'), 'y')
    row('rename over a file', codeOf(() => renameSync(share('beside'), share('made'))) === 'done')
    row('mode after the rename (before: 640)', 'note', (await linux('stat -c %a "$1"', `${place.linux}/made`)).text)
    mkdirSync(share('lock'))
    const second = codeOf(() => mkdirSync(share('lock')))
    row('a folder is made by one only', second === 'EEXIST', second)
    await linux('cd "$1" && ln -s made link && echo ab > AB && echo b > ab', place.linux)
    row(
      'a symbolic link is read through',
      'note',
      codeOf(() => readFileSync(share('link'), 'utf8').trim()),
    )
    row(
      'a symbolic link is seen as one',
      'note',
      codeOf(() => String(lstatSync(share('link')).isSymbolicLink())),
    )
    row(
      'case counts',
      'note',
      codeOf(() => `AB holds ${readFileSync(share('AB'), 'utf8').trim()}, ab holds ${readFileSync(share('ab'), 'utf8').trim()}`),
    )
  })

  await report.part("Windows' files seen from WSL", async (row) => {
    const there = linuxPath(own('seen'), wsl)
    writeFileSync(own('seen'), 'x')
    row('kind of file system', 'note', (await linux('stat -f -c "%T %t" "$1"', there)).text)
    row('mode, and after chmod 600', 'note', (await linux('stat -c %a "$1"; chmod 600 "$1"; stat -c %a "$1"', there)).text)
    row('replace by rename', (await linux('echo y > "$1.new" && mv "$1.new" "$1" && cat "$1"', there)).text === 'y')
    const watched = run([
      ...wsl.enter,
      nodes.linux,
      '-e',
      'require("fs").watch(process.argv[1], () => { console.log("told"); process.exit() }); setTimeout(() => { console.log("not told"); process.exit() }, 4000)',
      there,
    ])
    await new Promise((resolve) => setTimeout(resolve, 2000))
    writeFileSync(own('seen'), 'z')
    row('a change by Windows is told to WSL', 'note', (await watched).text)
  })

  await report.part('loopback', async (row) => {
    const server = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const fetching = `fetch("http://127.0.0.1:${server.address().port}").then(r=>r.text()).then(console.log,e=>console.log(e.cause?.code??e.message))`
    row('WSL reaches a server on Windows', 'note', (await run([...wsl.enter, nodes.linux, '-e', fetching])).text)
    server.close()
    const script = [
      'const s=require("http").createServer((q,r)=>{r.end("ok");setTimeout(()=>process.exit(),100)})',
      `s.listen(0,"127.0.0.1",()=>require("fs").writeFileSync("${place.linux}/port",String(s.address().port)))`,
      'setTimeout(()=>process.exit(),8000)',
    ]
    const running = run([...wsl.enter, nodes.linux, '-e', script.join(';')])
    let port = ''
    for (let tries = 0; tries < 40 && port === ''; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      port = codeOf(() => readFileSync(share('port'), 'utf8'))
      if (!/^\d+$/.test(port)) port = ''
    }
    const answer = await fetch(`http://127.0.0.1:${port || 1}`).then(
      (each) => each.text(),
      (error) => error.cause?.code ?? error.message,
    )
    row('Windows reaches a server in WSL', 'note', answer)
    await running
  })

  await report.part('clocks', async (row) => {
    const { text } = await linux('date +%s%3N')
    row('differ by less than a second', Math.abs(Date.now() - Number(text)) < 1000, `${Date.now() - Number(text)} ms`)
  })
}
