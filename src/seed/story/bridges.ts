/** 搭桥梁广泛听: the bridges of the neighbourhood, and what came over them and waits to be looked at. */
export const told = [
  {
    name: '12 号楼业主群',
    kind: 'wechat',
    keeper: '李桂芳',
    brought: [],
  },
  {
    name: '12345 热线',
    kind: 'hotline',
    keeper: '沈洁',
    brought: [
      {
        no: 'SH20261120-3107',
        words: '来电人反映 5 号楼东侧路灯连续三晚不亮，老人晚上不敢下楼，希望尽快修。',
        place: '5 号楼东侧',
        name: '邵女士',
        hours: 20,
      },
      {
        no: 'SH20261121-1184',
        words: '来电人反映小区南门外共享单车堆放，占了人行道，轮椅和婴儿车过不去。',
        place: '南门外',
        name: '陶先生',
        hours: 5,
      },
    ],
  },
  {
    name: '公交公司',
    kind: 'partner',
    keeper: '顾萍',
    brought: [
      {
        no: 'GJ-0412',
        words: '乘客留言：班车站牌上的时刻表还是夏天的，等了四十分钟。',
        place: '北门班车站',
        name: '',
        hours: 3,
      },
    ],
  },
] as const
