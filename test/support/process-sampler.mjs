// The thread behind `watchProcesses`: rounds through /proc until it is told to stop.
import { readdirSync, readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'

const { spellings, ownPid } = workerData
const wanted = spellings.map((text) => Buffer.from(text))
const sightings = new Map()
let rounds = 0

function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`)
  } catch {
    return Buffer.alloc(0)
  }
}

function look() {
  rounds++
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid) || pid === ownPid) continue
    for (const where of ['cmdline', 'environ']) {
      const bytes = read(name, where)
      if (bytes.length === 0 || !wanted.some((each) => bytes.includes(each))) continue
      const command = read(name, 'cmdline').toString().replaceAll('\0', ' ').trim()
      sightings.set(`${where} ${pid} ${command}`, { where, pid, command })
    }
  }
}

const timer = setInterval(look, 1)
look()
parentPort.postMessage('watching')
parentPort.on('message', () => {
  clearInterval(timer)
  look()
  parentPort.postMessage({ sightings: [...sightings.values()], rounds })
  parentPort.close()
})
