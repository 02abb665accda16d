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

// A process shows what it is within moments of its birth; one that has long been the same is looked at now and then,
// so that a round takes about a millisecond on a machine with hundreds of them.
const YOUNG_ROUNDS = 200
const SELDOM = 20
const births = new Map()

function due(pid, everyone) {
  const since = births.get(pid) ?? births.set(pid, rounds).get(pid)
  return everyone || rounds - since < YOUNG_ROUNDS || (rounds + pid) % SELDOM === 0
}

function look(everyone = false) {
  rounds++
  const pids = readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== ownPid)
  const living = new Set(pids)
  for (const pid of births.keys()) if (!living.has(pid)) births.delete(pid)
  for (const pid of pids.filter((each) => due(each, everyone))) {
    for (const where of ['cmdline', 'environ']) {
      const bytes = read(pid, where)
      if (bytes.length === 0 || !wanted.some((each) => bytes.includes(each))) continue
      const command = read(pid, 'cmdline').toString().replaceAll('\0', ' ').trim()
      sightings.set(`${where} ${pid} ${command}`, { where, pid, command })
    }
  }
}

const timer = setInterval(look, 1)
look(true)
parentPort.postMessage('watching')
parentPort.on('message', (message) => {
  look(true)
  parentPort.postMessage({ sightings: [...sightings.values()], rounds })
  if (message !== 'stop') return
  clearInterval(timer)
  parentPort.close()
})
