// The command line of wsl.exe: Windows hands over one string, and wsl.exe's own words end where Linux's begin.

/** What a command line asks for. `rest` is the part that Linux gets, uncut. */
export function parse(line) {
  const asked = { distro: undefined, user: undefined, cwd: undefined, exec: false, login: false, rest: '', list: undefined }
  let rest = line.trim()
  while (rest) {
    const [name, after] = word(rest)
    const value = () => {
      const [found, remaining] = word(after)
      rest = remaining
      return found
    }
    if (name === '-d' || name === '--distribution') asked.distro = value()
    else if (name === '-u' || name === '--user') asked.user = value()
    else if (name === '--cd') asked.cwd = value()
    else if (name === '--shell-type') asked.login = value() === 'login'
    else if (name === '-l' || name === '--list') return { ...asked, list: `--list ${after}` }
    else if (name === '--status' || name === '--version') return { ...asked, list: name }
    else if (name === '-e' || name === '--exec') return { ...asked, exec: true, rest: after }
    else if (name === '--') return { ...asked, rest: after }
    else return { ...asked, rest }
  }
  return asked
}

/** Splits off the first word of a Windows command line: [word, rest]. */
function word(line) {
  const found = /^\s*(?:"([^"]*)"|(\S+))\s*/.exec(line)
  return found ? [found[1] ?? found[2], line.slice(found[0].length)] : ['', '']
}

/** Cuts a command line into arguments by the rules of Microsoft's C runtime (quotes, and backslashes before quotes). */
export function argv(line) {
  const words = []
  let text = ''
  let quoted = false
  let open = false
  for (let at = 0; at < line.length; at++) {
    let slashes = 0
    while (line[at] === '\\') {
      slashes++
      at++
    }
    if (line[at] === '"') {
      text += '\\'.repeat(slashes >> 1)
      open = true
      if (slashes % 2) text += '"'
      else quoted = !quoted
      continue
    }
    text += '\\'.repeat(slashes)
    if (slashes) open = true
    if (line[at] === undefined) break
    if (!quoted && /\s/.test(line[at])) {
      if (open) words.push(text)
      text = ''
      open = false
      continue
    }
    text += line[at]
    open = true
  }
  if (open) words.push(text)
  return words
}
