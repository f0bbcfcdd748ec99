import type { Meeting } from './kinds.ts'
import { first } from './meeting-first.ts'
import { second } from './meeting-second.ts'

/** The five-party meetings, oldest first. */
const last: Meeting = {
  week: -5,
  title: '五位一体会议',
  place: '党群服务站二楼',
  households: 52,
  minutes: {
    edits: [
      [
        5,
        '议题：同意在中心花园靠5号楼一侧加装一组健身器材。器材由镇里配送，不花小区的钱；位置离5号楼窗口十二米。\n发言要点：支持的住户说现有器材要排队；反对的住户说清晨五点多就有声响。有人提出放到南门空地。\n表决没有通过。会后由居委会再看场地，有了新的方案再提上会。',
      ],
    ],
  },
  seats: {
    party: ['周敏'],
    committee: ['吴建国', '孙莉'],
    owners: ['钱立'],
    property: ['冯涛', '丁强'],
    police: ['施晨'],
  },
  items: [
    {
      title: '快递柜移位',
      question: '同意把 3 号楼东侧的快递柜移到南门岗亭旁，腾出消防通道',
      background: '柜子的合同还有半年，快递公司同意提前移位，移机费由快递公司出。南门岗亭旁有电，离主路近。',
      matters: ['lockers'],
      minutes: 10,
      notes: '冯涛：移机半天能做完，提前两天贴通知。石阿姨问取件远了怎么办，答：南门有雨棚，可以帮老人代取。',
      ballot: {
        rule: 'S5',
        tally: 'live',
        seats: { party: 'for', committee: 'for', owners: 'for', property: 'for', police: 'for' },
      },
      promised: {
        text: '快递柜移到南门岗亭旁，3 号楼东侧消防通道恢复畅通',
        seat: 'property',
        person: '冯涛',
        dueAfter: 14,
        steps: [
          { title: '和快递公司签移机单', done: [3, '移机单双方已签，约定周四上午移'] },
          { title: '移柜、恢复地面黄线', weight: 2, done: [8, '柜子已移走，黄线重新划过'] },
        ],
        updates: [[4, '移机定在周四上午九点到十一点，那天请到南门取件。']],
        claims: [
          {
            after: 9,
            evidence: '柜子已移到南门岗亭旁，原来的位置重新划了“消防通道 禁止占用”。消防车试开进去一次，能掉头。',
            answers: [
              [11, 'yes', 5, '说移真的移了，谢谢。'],
              [12, 'yes', 5],
              [14, 'yes', 4, '取件远了几步路，不过安全第一。'],
            ],
          },
        ],
      },
    },
    {
      title: '12 号楼垃圾房装灯',
      question: '同意用公共收益给 12 号楼垃圾房装感应灯、贴反光条，预算不超过 1200 元',
      background: '要从门厅另拉一路电，材料和人工报价 1080 元。',
      matters: ['binLight'],
      minutes: 10,
      notes: '项老伯：上次报修没人回音，这次要有人盯。丁强当场表态由他负责。',
      ballot: { rule: 'M2', tally: 'live', doors: { for: 44, against: 3, abstain: 5 } },
      promised: {
        text: '12 号楼垃圾房装一盏感应灯，两级台阶贴反光条',
        seat: 'property',
        person: '丁强',
        dueAfter: 'overdue',
        steps: [
          { title: '台阶贴反光条', done: [5, '两级台阶各贴一条，晚上手电一照就亮'] },
          { title: '从门厅拉一路电', weight: 2, done: [16, '线管已经布好，接了漏电保护'] },
          { title: '装感应灯、调亮的时间', weight: 2 },
        ],
        updates: [
          [5, '反光条贴好了，请大家晚上走走看。'],
          [16, '电拉好了，灯到货晚了，厂家说下周到。'],
        ],
      },
    },
    {
      title: '地下车库 B 区防水',
      question: '同意车库 B 区从顶面重做防水，三家报价公示一周后选定，先从公共收益垫付勘察费',
      background: '工程师看过，漏点在坡道上方的绿化层。先勘察，再报价，用维修资金的部分另行依法表决。',
      matters: ['leak'],
      minutes: 20,
      notes: '简先生：一定要做闭水试验，做完放水看两天。安女士：报价要贴在每栋楼下，不要只贴车库。都记下了。',
      ballot: { rule: 'M2', tally: 'live', doors: { for: 47, against: 1, abstain: 2 } },
      promised: {
        text: '车库 B 区查清漏点，三家报价公示后重做顶面防水，做闭水试验',
        seat: 'property',
        person: '冯涛',
        dueAfter: 75,
        steps: [
          { title: '请检测单位查漏点', done: [9, '查到三处漏点，报告贴在各楼大堂'] },
          { title: '三家报价贴到每栋楼', done: [19, '三家报价已贴，截止前收到 11 条意见'] },
          { title: '挖开绿化层重做防水', weight: 3 },
          { title: '闭水试验 48 小时', weight: 2 },
          { title: '恢复绿化' },
        ],
        updates: [
          [2, '坡道下面先铺了 12 块防滑垫，走路请扶栏杆。'],
          [9, '查漏报告出来了：坡道上方三处，和简师傅说的一样。'],
          [19, '三家报价贴出来了，请大家看一看、问一问。'],
        ],
      },
    },
    {
      title: '文明遛狗',
      question: '遛狗走哪条路、什么时间走',
      background: '三种办法都在楼组里问过。选哪一种，草坪边都放八个拾便袋箱，养狗的邻居一起凑了第一年的袋子钱。',
      matters: ['dogs'],
      minutes: 15,
      ballot: {
        rule: 'PL',
        tally: 'live',
        options: ['早七点前、晚八点后走中心花园，其余时间走外圈', '全天只走外圈', '中心花园隔出一角专门遛狗'],
        doors: { 1: 28, 2: 11, 3: 6, abstain: 3 },
      },
      promised: {
        text: '放八个拾便袋箱，贴遛狗路线和时间，养狗的邻居排班补袋子',
        seat: 'committee',
        person: '孙莉',
        dueAfter: 30,
        steps: [
          { title: '选点、装袋箱', done: [12, '八个点都装好了，位置贴在公告栏'] },
          { title: '画路线图、贴时间', done: [14, '各楼大堂贴了路线图'] },
          { title: '排补袋子的班', done: [18, '21 位养狗的邻居排好了两个月的班'] },
        ],
        updates: [[12, '第一天就用掉 60 多个袋子，说明大家是肯捡的。']],
        claims: [{ after: 26, evidence: '八个袋箱、路线图、补袋班表都有了，两个礼拜里只接到一次提醒。' }],
      },
    },
    {
      title: '中心花园加装健身器材',
      question: '同意在中心花园靠 5 号楼一侧加装一组健身器材',
      background: '器材由镇里配送，不花小区的钱；位置离 5 号楼窗口十二米。',
      matters: ['fitness'],
      minutes: 15,
      notes: '支持的说排队，反对的说五点多就吵。有人提出放到南门空地，会后再看场地。',
      ballot: { rule: 'M2', tally: 'after_close', doors: { for: 21, against: 24, abstain: 7 } },
    },
    {
      title: '接送时段人车分流',
      question: '同意工作日 7:30 至 8:30 机动车只走外圈',
      background: '外圈有一段堆着东西，社区民警和物业还在看。',
      matters: ['carsAndPeople'],
      minutes: 15,
      notes: '外圈不通，硬分不了。先清外圈，下次再议。',
      deferred: '外圈清出来以后再上会',
    },
  ],
}

const coming: Meeting = {
  week: 0,
  title: '五位一体会议',
  place: '党群服务站二楼',
  households: 0,
  seats: {},
  answers: [
    ['party', '周敏'],
    ['committee', '吴建国', '孙莉'],
    ['property', '冯涛', '丁强'],
    ['police', '施晨'],
  ],
  items: [
    {
      title: '中心广场跳舞的音量和时间',
      question: '同意中心广场跳舞到晚上八点半，音量以 5 号楼窗外不超过 60 分贝为准，两支队伍轮流用',
      background: '两支舞蹈队和沿广场的居民先碰过一次头，都愿意试。分贝仪由居委会借。',
      matters: ['dancing'],
      minutes: 15,
    },
    {
      title: '小区班车末班延长',
      question: '同意小区班车末班延长至 23:00，试行三个月',
      background:
        '十一条意见合在一起议。现在末班 21:30，延长到 23:00 每天多开三班，客运公司报价每月多 3600 元，试行三个月从公共收益里出，每天数坐车的人，到期再议。',
      matters: ['lastBus', 'weekendBus'],
      minutes: 20,
      options: [
        {
          title: '延到 22:00',
          timing: '末班 22:00，每天多开一班',
          cost: 120_000,
          per: 'month',
          bearer: 'income',
          share: 'all',
          pros: '花得少\n司机不用倒夜班',
          cons: '22:00 以后下班的还是赶不上\n地铁末班到站是 22:40',
        },
        {
          title: '延到 23:00',
          timing: '末班 23:00，每天多开三班',
          cost: 360_000,
          per: 'month',
          bearer: 'income',
          share: 'all',
          pros: '接得上地铁末班\n晚班的护士、店员都能坐',
          cons: '每月多花 2400 元\n沿路的 3 号楼、7 号楼晚上会有车声',
        },
      ],
      affected: ['3', '7', '12'],
      expert: [
        '客运公司 调度许师傅',
        '现在的车和司机排得开到 22:00；要到 23:00，得多排一位司机，报价里已经算进去。试行期间每班数人头，少于五个人就建议合班。',
      ],
    },
    {
      title: '增加充电棚，管住上楼充电',
      question: '同意在 1、7、10 号楼旁各建一处充电棚，建好以后电梯装阻车系统',
      background: '三处共九十个位子，由充电公司投资，一块钱充三小时。先有地方充，再管上楼。',
      matters: ['upstairs', 'sheds'],
      minutes: 20,
    },
    {
      title: '助餐点送到楼下',
      question: '同意工作日中午由助餐点送到各楼大堂，每份收一元送餐费，志愿者帮忙递到家',
      background: '登记要送的有 46 位，九支队伍都报了班。',
      matters: ['meals'],
      minutes: 10,
    },
  ],
}

export const meetings: Meeting[] = [first, second, last, coming]
