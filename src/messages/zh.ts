/** 话: every word a person reads, in the language it was thought in. `en.ts` must hold the same keys. */
import { agenda } from './zh/agenda.ts'
import { board } from './zh/board.ts'
import { bridges } from './zh/bridges.ts'
import { console } from './zh/console.ts'
import { doorstep } from './zh/doorstep.ts'
import { flow } from './zh/flow.ts'
import { hear } from './zh/hear.ts'
import { house } from './zh/house.ts'
import { listen } from './zh/listen.ts'
import { looks } from './zh/looks.ts'
import { minutes } from './zh/minutes.ts'
import { modes } from './zh/modes.ts'
import { owners } from './zh/owners.ts'
import { people } from './zh/people.ts'
import { prepare } from './zh/prepare.ts'
import { resolve } from './zh/resolve.ts'
import { room } from './zh/room.ts'
import { rules } from './zh/rules.ts'
import { surveys } from './zh/surveys.ts'
import { trials } from './zh/trials.ts'
import { visits } from './zh/visits.ts'
import { vote } from './zh/vote.ts'

export const zh = {
  ...house,
  ...looks,
  ...people,
  ...owners,
  ...listen,
  ...flow,
  ...visits,
  ...bridges,
  ...doorstep,
  ...hear,
  ...surveys,
  ...agenda,
  ...prepare,
  ...vote,
  ...modes,
  ...rules,
  ...resolve,
  ...trials,
  ...minutes,
  ...board,
  ...room,
  ...console,
}
export type MessageKey = keyof typeof zh
