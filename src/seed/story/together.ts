import { type Matter, sentIn } from './kinds.ts'

/** 并案: two that were put into another matter; of one of them its neighbour says that it is not the same. */
export const together = {
  darkLanding: {
    title: '8 号楼十六楼电梯厅一片黑',
    text: '8 号楼十六楼一出电梯就是黑的，老人怕踩空，不敢一个人下去倒垃圾。',
    place: '8 号楼',
    building: '8',
    category: 'light',
    frail: true,
    seat: 'property',
    voices: [sentIn('8-1604', '', 6, '十六楼电梯厅黑了好几天，我妈不敢一个人下去倒垃圾。', { phone: true })],
    households: 6,
    path: [],
    joined: { into: 'voiceLights', ago: 3 },
  },
  openDoor: {
    title: '5 号楼大堂的门关不拢',
    text: '5 号楼大堂的门关不拢，夜里开着一条缝，谁都进得来。',
    place: '5 号楼大堂',
    building: '5',
    category: 'safety',
    seat: 'property',
    voices: [sentIn('5-902', '虞', 3, '我们大堂的门关不拢，夜里开着一条缝，谁都进得来。', { phone: true })],
    households: 4,
    path: [],
    joined: {
      into: 'crackedDoor',
      ago: 1,
      against: '我说的是 5 号楼的门关不拢，不是 3 号楼的玻璃。那扇修好了，我们这扇还是开着。',
    },
  },
} satisfies Record<string, Matter>
