import type { Hall } from './data.ts'
import type { Postgres, Server } from './machine.ts'
import type { Line } from './report.ts'

export interface Size {
  sockets: number
  /** Each target is measured beside its floor this often. */
  rounds: number
  /** Requests of a load, and the seconds it may take at most. */
  requests: number
  seconds: number
  warmUp: { requests: number; seconds: number }
  /** Votes of each socket in a round. */
  votes: number
  broadcasts: number
  starts: number
  /** Matters of the smaller and the larger town. */
  towns: [few: number, many: number]
  /** What volunteers bring back at once. */
  visits: number
}

/** What every measurement works on. */
export interface Run {
  size: Size
  database: Postgres
  hall: Hall
  app: Server
  floor: Server
  startApp(port?: number): Promise<Server>
  startFloor(port?: number): Promise<Server>
  /** The app on another database. */
  serveOn(where: { databaseUrl: string; keys: string }, path: string, port?: number): Promise<Server>
  /** How busy the load and the neighbours on this machine were, for whoever judges the figures. */
  seen: { what: string; clientBusy: number; foreign: number }[]
}

/** A part of the bench: tells its lines, and gives what else there is to say and what was not right. */
export type Part = (run: Run, tell: (line: Line) => void) => Promise<{ asides: string[]; wrong: string[] }>
