/** 请出来: where neighbours are asked to come, and what became of it. */
export interface Invited {
  title: string
  place: string
  /** Who asks them: a name from the story's people. */
  by: string
  /** Days ago. */
  announced: number
  /** Days from today. */
  held: number
  time: string
  places?: number
  /** In the order they signed up; who comes after the last place waits in line. */
  doors: string[]
  /** Moved to another day, days ago. */
  moved?: { ago: number; held: number; time: string }
  calledOff?: { ago: number; why: string }
}

export const invitations: Invited[] = [
  {
    title: '广场晚上怎么用，坐下来聊聊',
    place: '党群服务站二楼',
    by: '沈洁',
    announced: 2,
    held: 4,
    time: '19:00',
    places: 40,
    doors: ['12-602', '3-301', '5-502', '7-201', '9-402'],
  },
  {
    title: '楼道里堆的东西，几户先碰个头',
    place: '12 号楼门厅',
    by: '顾萍',
    announced: 3,
    held: 3,
    time: '19:00',
    places: 6,
    doors: ['12-301', '12-302', '12-501', '12-702', '12-901', '12-1001', '12-1102', '12-602', '12-1201'],
  },
  {
    title: '河边步道怎么修，边走边看',
    place: '河边步道南口',
    by: '程浩',
    announced: 4,
    held: 2,
    time: '09:00',
    doors: ['1-403', '4-302', '10-402'],
    moved: { ago: 1, held: 6, time: '09:00' },
  },
  {
    title: '养狗的不养狗的，一起聊聊',
    place: '党群服务站一楼',
    by: '沈洁',
    announced: 5,
    held: 2,
    time: '14:00',
    places: 30,
    doors: ['2-502', '6-202'],
    calledOff: { ago: 1, why: '那天站里要打疫苗，腾不出地方。下个月再请大家。' },
  },
]
