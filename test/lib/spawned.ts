import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import type { Test } from 'tap'
import { type House, openHouse } from '../../src/lib/db/connect.ts'
import { migrate } from '../../src/lib/db/migrate.ts'
import { onServer } from '../harness.ts'
import { embeddedTemplate, serverTemplate, withDatabase } from '../template.ts'

/** The program as an operator starts it: a process of its own, its own folder, its own environment. */

export type Env = Record<string, string>
const sources = new URL('../../src/', import.meta.url)

/**
 * An environment with nothing in it but an empty database of this run's kind; gone when the test is over. On a server
 * `how` says how else the database is made than as a copy of the migrated one.
 */
export async function freshEnv(t: Test, how?: string): Promise<Env> {
  const folder = mkdtempSync(join(tmpdir(), 'wt-process-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const env = { DATA_DIR: folder, PORT: '0', PATH: process.env.PATH ?? '' }
  if (!onServer) {
    // A copy of the migrated template: making a database from nothing takes seconds.
    await (await PGlite.create(join(folder, 'db'), { loadDataDir: await embeddedTemplate() })).close()
    return env
  }
  const server = process.env.TEST_ON as string
  const name = `wt_${randomUUID().replaceAll('-', '')}`
  await admin(server, `create database ${name} ${how ?? `template ${await serverTemplate(server)}`}`)
  t.teardown(() => admin(server, `drop database ${name} with (force)`))
  return { ...env, DATABASE_URL: withDatabase(server, name) }
}

async function admin(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}

/** Opens the database of an environment for a moment, while no process holds it: to put something in, or to look. */
export async function inHouse<R>(env: Env, act: (house: House) => Promise<R>): Promise<R> {
  const house = await openHouse({ databaseUrl: env.DATABASE_URL, dataDir: env.DATA_DIR ?? '' })
  try {
    await migrate(house.db)
    return await act(house)
  } finally {
    await house.close()
  }
}

export interface Ended {
  code: number | null
  out: string
  err: string
}

export interface Running {
  /** Where it says it is. */
  origin: string
  child: ChildProcess
  /** All it has printed so far. */
  printed(): string
  /** Sends a signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<Ended>
  ended: Promise<Ended>
}

/** Runs `main.ts` or `cli.ts` to its end. */
export function runToEnd(file: 'main.ts' | 'cli.ts', args: string[], env: Env): Promise<Ended> {
  return start(file, args, env).ended
}

/** Starts the program and waits until it says where it is. */
export async function spawnHouse(t: Test, env: Env, args: string[] = []): Promise<Running> {
  const { child, output, ended } = start('main.ts', args, env)
  t.teardown(() => child.kill('SIGKILL'))
  const origin = await new Promise<string>((found, fail) => {
    child.stdout?.on('data', () => {
      const at = /^Wutong 梧桐议事 is at (\S+)$/m.exec(output.out)?.[1]
      if (at) found(at)
    })
    void ended.then(({ code, err }) => fail(new Error(`it ended with ${code}: ${err}`)))
  })
  return {
    origin,
    child,
    printed: () => output.out + output.err,
    stop(signal) {
      child.kill(signal)
      return ended
    },
    ended,
  }
}

function start(file: 'main.ts' | 'cli.ts', args: string[], env: Env) {
  const child = spawn(process.execPath, [fileURLToPath(new URL(file, sources)), ...args], { env })
  const output = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    output.out += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    output.err += chunk
  })
  const ended = new Promise<Ended>((done) => child.on('close', (code) => done({ code, ...output })))
  return { child, output, ended }
}
