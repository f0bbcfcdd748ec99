import { atDoor, inRoom, type Matter, sentIn } from './kinds.ts'

/** What waits for a meeting. */
export const pooled = {
  activityRoom: {
    title: '老年活动室晚上和周末能不能也开',
    text: '活动室工作日下午四点半就锁门，周末不开。白天带孙辈的老人只有晚上有空，希望晚上和周末也能开几个钟头。',
    place: '老年活动室',
    category: 'elder',
    frail: true,
    seat: 'committee',
    voices: [
      inRoom('elders', '3-402', '下棋刚下到一半就要锁门，大家坐到花坛边上接着下，冷煞了。'),
      atDoor('2-401', 30, '白天要带孙子，晚上想去打打乒乓，门是关的。'),
    ],
    households: 18,
    path: [['pooled', 15, '居委会在问有没有志愿者愿意管钥匙']],
  },
  riders: {
    title: '外卖电瓶车在小区里开得太快',
    text: '中午和傍晚，外卖电瓶车在小区里开得快，转弯不减速，老人小孩躲闪不及。希望定个规矩：在哪里停、走哪条路、开多快。',
    place: '中心路、各楼门口',
    category: 'transport',
    safety: true,
    frail: true,
    seat: 'property',
    voices: [
      sentIn('4-604', '鲍', 34, '昨天傍晚一部外卖车从 4 号楼转角冲出来，我妈吓得坐在地上。', { phone: true }),
      atDoor('10-301', 31, '人家跑单也是急，能不能门口放个架子，让他们停下来走几步？'),
      inRoom('tenants', '', '我就是跑外卖的，也住这里。小区里没有路牌，找不到楼才急。有张清楚的地图，我们也不想开快。'),
    ],
    households: 26,
    path: [['pooled', 24, '请送餐站点的负责人一起来']],
  },
  drying: {
    title: '晒被子没地方，有人拉绳子晒在树上',
    text: '高层阳台朝北的人家没处晒被子，有人在树之间拉绳子，也有人晒在健身器材上。希望找一块朝南的空地放几副晾衣架。',
    place: '各楼之间草坪',
    category: 'property',
    seat: 'committee',
    voices: [
      atDoor('8-1102', 40, '我家朝北，一个冬天被子没晒过太阳，只好搭在健身器材上，晓得不好看呀。'),
      sentIn('6-1302', '伏', 37, '树上拉绳子晒被单，树都勒弯了。该给人家一个地方晒。'),
    ],
    households: 11,
    path: [['pooled', 29, '先看看哪块空地一天有太阳']],
  },
  accounts: {
    title: '小区的公共收益收了多少、用在哪里',
    text: '电梯广告、停车、场地出租都有收入。希望每个季度把收了多少、用了多少、还剩多少贴出来，让大家看得懂。',
    place: '全小区',
    category: 'property',
    seat: 'owners',
    voices: [
      sentIn('9-1502', '成', 36, '电梯里广告一块换一块，钱去哪了？贴张纸讲清楚就没人猜了。'),
      inRoom('tenants', '11-204', '公示贴过的，字小得像蚂蚁，还贴在地下车库。'),
      sentIn('1-1304', '', 28, '业委会换届以后没见过一张账单。'),
    ],
    households: 35,
    path: [['pooled', 26, '业委会在整理去年的账']],
  },
  northDoor: {
    title: '北边小门夜里十点锁，晚归的要绕一大圈',
    text: '北边行人小门晚上十点上锁，从班车站、地铁回来的居民要绕到南门，多走一刻钟。希望晚一点锁，或者能刷卡进。',
    place: '北边行人门',
    category: 'transport',
    seat: 'property',
    voices: [
      sentIn('11-1401', '宁', 27, '下了车离家就五十米，门一锁要绕十五分钟，下雨天真要哭出来。', { phone: true }),
      inRoom('salon', '10-1202', '装个刷卡的就好了，保安也不用半夜起来开门。'),
    ],
    households: 16,
    path: [['pooled', 18, '和末班车的结果一起看']],
  },
} satisfies Record<string, Matter>
