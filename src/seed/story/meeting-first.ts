import type { Meeting } from './kinds.ts'

/** A meeting of some months ago. */
export const first: Meeting = {
  week: -15,
  title: '五位一体会议',
  place: '党群服务站二楼',
  households: 38,
  minutes: { sentAgo: 92, confirmed: ['party', 'committee', 'owners', 'property'], archivedAgo: 60 },
  seats: { party: ['周敏'], committee: ['吴建国'], owners: ['钱立', '方瑾'], property: ['冯涛'], police: ['韩磊'] },
  items: [
    {
      title: '中心花园步道重铺',
      question: '同意用公共收益重铺中心花园步道，拐角做缓坡，预算 2.6 万元',
      background: '一共一百八十米，分两段施工，不断路。',
      matters: ['footpath'],
      minutes: 15,
      ballot: { rule: 'M2', tally: 'live', doors: { for: 33, against: 2, abstain: 3 } },
      promised: {
        text: '中心花园步道重铺一百八十米，六个拐角做缓坡',
        seat: 'property',
        person: '丁强',
        dueAfter: 45,
        steps: [
          { title: '东半段重铺', weight: 3, done: [21, '东半段九十米铺好，可以走了'] },
          { title: '西半段重铺', weight: 3, done: [36, '西半段铺好'] },
          { title: '六个拐角缓坡', weight: 2, done: [39, '用轮椅推过一圈，都推得上去'] },
        ],
        updates: [
          [10, '东半段今天开工，请走西边。'],
          [21, '东半段开放，西半段明天开工。'],
        ],
        claims: [
          {
            after: 40,
            evidence: '一百八十米全部重铺，六个缓坡都做了。请房老伯推轮椅走了一圈。',
            answers: [
              [42, 'yes', 5, '老头子笑了，说像坐轿子。'],
              [42, 'yes', 5],
              [44, 'yes', 4],
            ],
          },
        ],
      },
    },
    {
      title: '访客停车办法',
      question: '同意访客停车首两小时免费，之后每小时 3 元、当天封顶 15 元，收支每季度公示',
      background: '业委会拿了三个办法，这是意见最集中的一个。',
      matters: ['visitors'],
      minutes: 25,
      notes: '习女士：收费牌要挂到门口。包先生：公示要写清楚用到哪里。',
      ballot: { rule: 'M2', tally: 'live', doors: { for: 20, against: 12, abstain: 6 } },
      promised: {
        text: '按新办法收访客停车费，门口挂价目牌，每季度公示收支',
        seat: 'owners',
        person: '钱立',
        dueAfter: 60,
        steps: [
          { title: '两个门口挂价目牌', done: [10, '南门、东门价目牌已挂'] },
          { title: '系统改价、开发票', weight: 2, done: [17, '系统改好，试了三天'] },
        ],
        updates: [
          [10, '价目牌挂上了，两小时内不收钱。'],
          [47, '第一季度的账单贴在各楼大堂，字放大了。'],
        ],
        claims: [
          {
            after: 20,
            evidence: '新价目已经执行，系统自动计费。',
            answers: [
              [22, 'yes', 4],
              [23, 'partly', 3, '账单没贴。'],
              [24, 'no', 2, '价钱是清楚了，收支一张纸也没看见。'],
            ],
          },
          {
            after: 48,
            evidence: '第一季度收 41260 元、用 28500 元，账单贴在十二栋楼大堂。',
            answers: [
              [51, 'yes', 4, '这次看到了，字也够大。'],
              [51, 'yes', 4],
              [52, 'yes', 5],
            ],
          },
        ],
      },
    },
    {
      title: '单元门改刷脸',
      question: '同意单元门改用刷脸，保留门卡',
      background: '设备由厂家垫资，照片存在厂家的服务器上。',
      matters: ['faceGate'],
      minutes: 20,
      notes: '问得最多的是照片存在哪里、能不能删，厂家答不上来。没有达到三分之二，继续用门卡；消磁的到物业免费换。',
      ballot: { rule: 'M4v', tally: 'after_close', doors: { for: 19, against: 15, abstain: 4 } },
    },
    {
      title: '1 号楼门口积水',
      question: '同意疏通 1 号楼门口下水口，门口垫高 12 厘米，做一条截水沟',
      background: '物业打开看过，管口被树根堵了一半。',
      matters: ['puddle'],
      minutes: 10,
      ballot: {
        rule: 'S5',
        tally: 'live',
        seats: { party: 'for', committee: 'for', owners: 'for', property: 'for', police: 'abstain' },
      },
      promised: {
        text: '1 号楼门口疏通下水口、垫高、做截水沟',
        seat: 'property',
        person: '丁强',
        dueAfter: 28,
        steps: [
          { title: '疏通下水口', done: [4, '清出树根两大袋'] },
          { title: '垫高、做截水沟', weight: 3, done: [18, '截水沟做好，试放水不积'] },
        ],
        claims: [
          {
            after: 23,
            evidence: '上周下过一场大雨，门口没有积水，拍了照贴在大堂。',
            answers: [
              [25, 'yes', 5, '这场雨我特地下楼看，真的不积了。'],
              [26, 'partly', 4, '门口好了，墙脚的霉还没铲。'],
            ],
          },
        ],
      },
    },
    {
      title: '北区路灯',
      question: '同意更换北区六盏路灯，修剪挡光的树枝',
      background: '灯杆还能用，换灯头和线。',
      matters: ['northLamps'],
      minutes: 10,
      ballot: { rule: 'M2', tally: 'live', doors: { for: 36, against: 0, abstain: 1 } },
      promised: {
        text: '北区六盏路灯换新，挡光的树枝修掉',
        seat: 'property',
        person: '丁强',
        dueAfter: 92,
        steps: [
          { title: '换六盏灯', weight: 2, done: [70, '六盏都亮了'] },
          { title: '修枝', done: [86, '修掉挡住灯的枝条'] },
        ],
        updates: [[70, '六盏灯都换成了 LED，夜里走过去看看。']],
        claims: [
          {
            after: 90,
            evidence: '六盏灯全亮，挡光的树枝修过。',
            answers: [
              [95, 'partly', 3, '亮了一半。'],
              [96, 'no', 2, '换是换了，两盏又不亮，还是那一段黑的。'],
            ],
          },
        ],
      },
    },
  ],
}
