import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { askHolder, EmbeddedInUse, lockEmbedded } from '../../src/lib/db/lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'wt-lock-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
const deep = (name: string) => join(folder, '梧桐里居民区'.repeat(4), '很深的文件夹'.repeat(4), name)

t.test('of many that start in the same moment one gets the database', async (t) => {
  const locks = await Promise.allSettled(Array.from({ length: 8 }, () => lockEmbedded(folder)))
  const got = locks.filter((lock) => lock.status === 'fulfilled')
  t.equal(got.length, 1)
  for (const lock of locks) if (lock.status === 'rejected') t.type(lock.reason, EmbeddedInUse)
  for (const lock of got) lock.value.release()
  t.equal(await askHolder(folder, 'anybody?'), null, 'nobody holds it now')
})

t.test('what a killed process left behind blocks nobody, and still only one gets in', async (t) => {
  for (let round = 0; round < 4; round++) {
    const left = join(folder, 'in-use.sock')
    const listens = `require('net').createServer().listen(${JSON.stringify(left)}, () => process.kill(process.pid, 'SIGKILL'))`
    spawnSync(process.execPath, ['-e', listens])
    t.ok(existsSync(left))
    const locks = await Promise.allSettled(Array.from({ length: 8 }, () => lockEmbedded(folder)))
    const got = locks.filter((lock) => lock.status === 'fulfilled')
    t.equal(got.length, 1)
    for (const lock of got) lock.value.release()
  }
})

t.test('whoever holds it answers questions, long ones too', async (t) => {
  const lock = await lockEmbedded(folder, async (question) => question.toUpperCase())
  t.teardown(() => lock.release())
  const long = 'door,'.repeat(100_000)
  t.equal(await askHolder(folder, long), long.toUpperCase())
})

t.test('two deep folders with the same beginning are two', async (t) => {
  const folders = [deep('one'), deep('two')]
  for (const each of folders) mkdirSync(each, { recursive: true })
  const locks = await Promise.all(folders.map((each) => lockEmbedded(each, async () => each)))
  t.teardown(() => {
    for (const lock of locks) lock.release()
  })
  for (const each of folders) t.equal(await askHolder(each, 'who?'), each)
  await t.rejects(lockEmbedded(folders[0] ?? ''), /in use by another process/)
})
