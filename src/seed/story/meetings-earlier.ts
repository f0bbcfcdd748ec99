import type { Meeting } from './kinds.ts'

const place = '党群服务站二楼'

export const earlierMeetings: Meeting[] = [
  {
    week: -15,
    title: '五位一体会议',
    place,
    households: 38,
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
        notes:
          '问得最多的是照片存在哪里、能不能删，厂家答不上来。没有达到三分之二，继续用门卡；消磁的到物业免费换。',
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
  },
  {
    week: -10,
    title: '五位一体会议',
    place,
    households: 46,
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
          claims: [
            { after: 55, evidence: '一个礼拜都在七点十分以后进来。', answers: [[60, 'yes', 4]] },
          ],
        },
      },
    ],
  },
]
