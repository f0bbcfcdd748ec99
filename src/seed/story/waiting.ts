import { inRoom, sentIn, type Voice } from './kinds.ts'

/** What lies on the desk, or never became a matter of the neighbourhood. */

export interface Waiting extends Voice {
  state: 'submitted' | 'need_info' | 'declined' | 'referred' | 'withdrawn'
  place: string
  /** Hours ago, for what came in just now; `overdue`: its day has just passed. */
  when?: number | 'overdue'
  reason?: string
  referredTo?: string
}

const waits = (voice: Voice, rest: Omit<Waiting, keyof Voice>): Waiting => ({ ...voice, ...rest })

export const waiting: Waiting[] = [
  waits(sentIn('4-1402', '祁', 0, '4 号楼门口的无障碍坡道上老停着共享单车，我妈的轮椅下不来。', { phone: true }), {
    state: 'submitted',
    place: '4 号楼门口',
    when: 'overdue',
  }),
  waits(sentIn('12-504', '', 0, '南门的快递架子被雨淋，包裹全湿了，能搭个棚吗？'), {
    state: 'submitted',
    place: '南门',
    when: 26,
  }),
  waits(sentIn('7-703', '谷', 0, '建议晚上七点以后班车也停一下 7 号楼旁边的东门，老人少走一段路。', { phone: true }), {
    state: 'submitted',
    place: '东门',
    when: 20,
  }),
  waits(sentIn('', '小赵', 0, '6 号楼边上的充电棚漏雨，插座上面滴水，看着吓人！', { phone: true }), {
    state: 'submitted',
    place: '6 号楼旁充电棚',
    when: 5,
  }),
  waits(
    sentIn(
      '10-502',
      'Mia',
      0,
      'The light over the mailboxes in our lobby has been out for a week. Not urgent, but older neighbours struggle with their keys.',
      { locale: 'en' },
    ),
    { state: 'submitted', place: '10 号楼大堂', when: 3 },
  ),
  waits(sentIn('2-1203', '宓', 0, '想问问今年什么时候能集中灭一次蟑螂，2 号楼整栋都有。'), {
    state: 'submitted',
    place: '2 号楼',
    when: 1,
  }),
  waits(inRoom('charging', '6-1201', '新棚子还早呢，老棚子漏雨先修一修，插座泡了水要出事的。'), {
    state: 'submitted',
    place: '',
  }),
  waits(inRoom('charging', '', '我们跑外卖的也想规规矩矩停，划个地方给我们，别一见就赶。'), {
    state: 'submitted',
    place: '',
  }),
  waits(
    sentIn('', '', 4, '楼上天天拖椅子，烦死了，你们管不管？', {
      phone: true,
      thread: ['您好，收到了。请问是几号楼、大概什么时间？知道了我们好上门去问一声。'],
    }),
    { state: 'need_info', place: '' },
  ),
  waits(
    sentIn('3-1601', '栾', 3, '垃圾分类那个积分什么时候能换东西？', {
      phone: true,
      thread: ['请问您说的是绿色账户的卡，还是我们小区自己的小本子？两样换的地方不一样。', '是小本子，封面绿颜色的。'],
    }),
    { state: 'need_info', place: '垃圾房' },
  ),
  waits(
    sentIn('9-1604', '', 30, '我和前夫分财产，他住着房子不肯搬，你们出面叫他搬走。', {
      thread: ['这件事要由法院来断，居委会不能替您赶人。可以帮您预约每周三下午的免费法律咨询，需要就回我们一声。'],
    }),
    { state: 'declined', place: '', reason: 'court' },
  ),
  waits(
    sentIn('', '', 22, '东门超市的鸡蛋比菜场贵，叫他们降价。', {
      thread: ['店家定价不归居委会管。觉得价钱标得不清楚，可以打 12315。'],
    }),
    { state: 'declined', place: '东门', reason: 'not_public' },
  ),
  waits(
    sentIn('12-602', '王', 24, '班车九点半就没了，能不能再开晚一点？刚才好像没发出去，再发一遍。', {
      thread: ['前一条已经收到了，是同一件事，不用再发。您放心，我们在排议题。'],
    }),
    { state: 'declined', place: '北门班车站', reason: 'spam' },
  ),
  waits(
    sentIn('8-503', '岳', 44, '门口那路公交改道以后不停我们这边了，要走到下一站。', {
      phone: true,
      thread: ['公交线路归市交通部门定，我们已经把您的话转过去，有回音就告诉您。'],
    }),
    { state: 'referred', place: '南门公交站', referredTo: '市道路运输管理局' },
  ),
  waits(
    sentIn('5-701', '庾', 19, '小区外面那段人行道地砖翘起来了，下雨踩一脚泥水。', {
      thread: ['外面的人行道归镇市政养护，已经转过去了。'],
    }),
    { state: 'referred', place: '南门外人行道', referredTo: '镇市政养护所' },
  ),
  waits(sentIn('6-703', '', 17, '6 号楼电梯里有人抽烟。哦我看到了，是装修师傅，已经跟他讲好了，不用管了。'), {
    state: 'withdrawn',
    place: '6 号楼电梯',
  }),
]
