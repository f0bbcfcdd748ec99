import type { Meeting } from './kinds.ts'

/** The meeting before the last. */
export const second: Meeting = {
  week: -10,
  title: '五位一体会议',
  place: '党群服务站二楼',
  households: 46,
  minutes: {
    // What was said about somebody's health stays in the room.
    edits: [
      [
        1,
        '议题：同意更换5号楼电梯门机和控制板，停梯不超过三天，停梯时物业帮老人上下楼。维保单位到会说明：门机到寿命，修不如换，报价3.8万元，走电梯维修账。\n发言要点：停梯那几天行动不便的住户由物业和志愿者接送，日子避开他们要出门的那几天。\n表决通过，票数见后表。由物业负责，五十八天内办好。',
      ],
    ],
    sentAgo: 7,
    confirmed: ['party', 'committee', 'property'],
    objections: [
      {
        door: '5-302',
        words: '我家就在 5 号楼 302，那天我说的是先试一个月，纪要里没有写。',
        reply: {
          gist: '有住户说，会上提过先试一个月',
          reply:
            '查了当晚的记录，确有一位住户提议先试一个月，没有付诸表决。这句话补在会议档案里，试满一个月时我们请大家再看一次。',
        },
      },
      { door: '12-602', words: '我听说的钱数和纪要上不一样，请把报价单也贴出来。' },
    ],
  },
  seats: { party: ['周敏', '陆文彬'], committee: ['孙莉'], owners: ['方瑾'], property: ['曹雪梅'], police: ['韩磊'] },
  items: [
    {
      title: '5 号楼电梯换门机',
      question: '同意更换 5 号楼电梯门机和控制板，停梯不超过三天，停梯时物业帮老人上下楼',
      background: '维保单位到会说明：门机到寿命，修不如换，报价 3.8 万元，走电梯维修账。',
      matters: ['lift'],
      minutes: 15,
      notes: '余先生坐轮椅，停梯那几天由物业和志愿者接送去透析，曹雪梅当场记下日子。',
      ballot: { rule: 'M2', tally: 'live', doors: { for: 43, against: 0, abstain: 3 } },
      promised: {
        text: '5 号楼电梯换门机和控制板，停梯期间接送行动不便的老人',
        seat: 'property',
        person: '曹雪梅',
        dueAfter: 58,
        steps: [
          { title: '定货、定停梯日子', done: [20, '停梯日子贴在大堂，避开透析的日子'] },
          { title: '换门机、控制板', weight: 3, done: [51, '换好，电梯检测合格'] },
        ],
        updates: [[20, '停梯定在下月第一个周二到周四，要接送的请告诉楼组长。']],
        claims: [
          {
            after: 56,
            evidence: '换好以后开了五天，一次没有停过，检测报告贴在轿厢里。',
            answers: [[59, 'yes', 5, '这几天真没卡过，接我去透析的小伙子人也好。']],
          },
        ],
      },
    },
    {
      title: '7 号楼楼道清理',
      question: '同意 7 号楼集中清理楼道一次，楼组长每月看一次，屡劝不听的请社区民警一起上门',
      background: '楼组长挨家问过，多数愿意搬，两户说没地方放。',
      matters: ['corridor'],
      minutes: 15,
      ballot: {
        rule: 'S5',
        tally: 'live',
        seats: { party: 'for', committee: 'for', owners: 'for', property: 'abstain', police: 'for' },
      },
      promised: {
        text: '7 号楼楼道集中清一次，每月看一次',
        seat: 'committee',
        person: '孙莉',
        dueAfter: 55,
        steps: [
          { title: '贴通知、帮忙搬', done: [21, '清走旧家具三车'] },
          { title: '排每月看楼道的班', done: [33, '楼组长和巡逻队排好了班'] },
        ],
        updates: [[21, '今天清了三车旧家具，两户的东西帮忙存到物业仓库。']],
        claims: [
          {
            after: 50,
            evidence: '十二层到十五层全部清空，每月检查的班表贴在门厅。',
            answers: [
              [53, 'yes', 4],
              [60, 'no', 1, '清完一个多月，十三楼又堆出来了，比以前还高。'],
            ],
          },
        ],
      },
    },
    {
      title: '装修敲墙的时间',
      question: '同意装修敲打只在工作日 8:30 至 11:30、14:00 至 17:30，双休日和节日不敲',
      background: '写进装修须知，进场前签字；超时第一次提醒，第二次停工一天。',
      matters: ['decorating'],
      minutes: 20,
      ballot: { rule: 'M2', tally: 'live', doors: { for: 31, against: 9, abstain: 6 } },
      promised: {
        text: '装修时间写进装修须知，进场前签字，物业每天巡一次',
        seat: 'property',
        person: '曹雪梅',
        dueAfter: 20,
        steps: [
          { title: '改装修须知、补签', done: [8, '在装修的 14 户都补签了'] },
          { title: '巡查表挂出来', done: [12, '巡查表挂在物业窗口'] },
        ],
        claims: [
          {
            after: 15,
            evidence: '14 户都签了，两个礼拜提醒过三次，没有停工的。',
            answers: [
              [18, 'yes', 4, '周末总算清静了。'],
              [18, 'yes', 5],
              [19, 'yes', 4],
            ],
          },
        ],
      },
    },
    {
      title: '绿化带改充电车位',
      question: '同意把北围墙绿化带改成二十个充电车位（会商意见，改动绿化仍须业主依法表决）',
      background: '绿化属全体业主共有，这里只听会商意见。',
      matters: ['chargers'],
      minutes: 20,
      notes: '底楼住户都来了。赞成没有达到三分之二，绿化带不动；业委会另提一个办法：先在访客车位上装六个桩。',
      ballot: { rule: 'M4v', tally: 'live', doors: { for: 24, against: 18, abstain: 4 } },
    },
    {
      title: '南门护学岗',
      question: '同意上学日下午 3:30 至 4:30 在南门设护学岗，电瓶车推行',
      background: '护学队排好了班，社区民警给站岗的做一次培训。',
      matters: ['schoolGate'],
      minutes: 10,
      ballot: {
        rule: 'S5',
        tally: 'live',
        seats: { party: 'for', committee: 'for', owners: 'for', property: 'for', police: 'for' },
      },
      promised: {
        text: '南门护学岗每个上学日有人，试一个学期',
        seat: 'party',
        person: '陆文彬',
        dueAfter: 120,
        trial: {
          endsAfter: 118,
          metric: '每天到岗的人数',
          unit: '人/天',
          target: 4,
          readings: [
            [10, 3, '第一天'],
            [17, 4],
            [24, 4],
            [31, 5],
            [38, 2, '下大雨'],
            [45, 4],
            [52, 5],
            [59, 6],
          ],
        },
        steps: [
          { title: '培训、发马甲', done: [9, '18 位家长和志愿者参加了培训'] },
          { title: '站满两个月', weight: 2, done: [60, '两个月一天没空岗'] },
          { title: '学期末听一次意见', weight: 2 },
        ],
        updates: [
          [10, '今天第一岗。电瓶车下来推，大多数人都配合。'],
          [40, '有外卖骑手主动停下来等，家长鼓了掌。'],
        ],
      },
    },
    {
      title: '垃圾清运的时间',
      question: '同意请清运公司把进小区的时间改到早上七点以后',
      background: '清运公司说可以，和另一个小区对调。',
      matters: ['binTimes'],
      minutes: 10,
      ballot: { rule: 'M1', tally: 'live', doors: { for: 28, against: 10, abstain: 5 } },
      promised: {
        text: '垃圾清运改到早上七点以后进小区',
        seat: 'property',
        person: '冯涛',
        dueAfter: 60,
        steps: [{ title: '和清运公司改时间', done: [50, '清运单上写明七点以后进场'] }],
        claims: [{ after: 55, evidence: '一个礼拜都在七点十分以后进来。', answers: [[60, 'yes', 4]] }],
      },
    },
  ],
}
