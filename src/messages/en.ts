import { agenda } from './en/agenda.ts'
import { board } from './en/board.ts'
import { bridges } from './en/bridges.ts'
import { console } from './en/console.ts'
import { doorstep } from './en/doorstep.ts'
import { flow } from './en/flow.ts'
import { hear } from './en/hear.ts'
import { house } from './en/house.ts'
import { listen } from './en/listen.ts'
import { looks } from './en/looks.ts'
import { minutes } from './en/minutes.ts'
import { modes } from './en/modes.ts'
import { owners } from './en/owners.ts'
import { people } from './en/people.ts'
import { prepare } from './en/prepare.ts'
import { resolve } from './en/resolve.ts'
import { room } from './en/room.ts'
import { rules } from './en/rules.ts'
import { surveys } from './en/surveys.ts'
import { trials } from './en/trials.ts'
import { visits } from './en/visits.ts'
import { vote } from './en/vote.ts'
import type { MessageKey } from './zh.ts'

export const en: Record<MessageKey, string> = {
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
