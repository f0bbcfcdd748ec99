/** 问卷: one that is over and one that is open. Shares say how often a choice is taken; they need not add up to one. */

interface Asked {
  kind: 'single' | 'multiple' | 'scale' | 'text'
  words: string
  options?: readonly string[]
  most?: number
  byBuilding?: boolean
  shares?: readonly number[]
  /** Choice → place of the question to go on with. */
  skips?: Readonly<Record<number, number>>
  said?: readonly string[]
}

interface Told {
  title: string
  why: string
  by: string
  households: number
  visitors: number
  questions: readonly Asked[]
}

export const shuttle: Told = {
  title: '班车几点的最要紧',
  why: '班车公司愿意加一班，要知道加在几点。结果带到五方会议上，和班车公司一起定。',
  by: '沈洁',
  households: 310,
  visitors: 14,
  questions: [
    {
      kind: 'single',
      words: '您家里有人坐小区班车吗？',
      options: ['差不多每天', '一周几次', '很少坐', '从来不坐'],
      shares: [0.34, 0.3, 0.2, 0.16],
      byBuilding: true,
      skips: { 4: 5 },
    },
    {
      kind: 'single',
      words: '末班车最好到几点？',
      options: ['就现在的九点半', '十点', '十点半', '十一点'],
      shares: [0.12, 0.2, 0.28, 0.4],
    },
    {
      kind: 'multiple',
      words: '哪些时候最挤？',
      options: ['早上七点到八点半', '中午', '傍晚五点到七点', '晚上九点以后'],
      most: 2,
      shares: [0.6, 0.03, 0.5, 0.45],
    },
    {
      kind: 'scale',
      words: '等车的地方好不好等？',
      options: ['很不好等', '很好等'],
      most: 5,
      shares: [0.18, 0.27, 0.3, 0.17, 0.08],
    },
    {
      kind: 'text',
      words: '还有什么想说的？',
      said: [
        '下雨天站台没有遮的地方，老人等车最苦。',
        '我是 12 号楼 602 的，女儿九点下班，回来只能走二十分钟。',
        '司机师傅很好，希望能多等一分钟。',
        '加一班可以，车钱别涨。',
      ],
    },
  ],
}

/** Which of the sentences above everybody may read, and how they are worded there. */
export const letThrough: readonly (readonly [string, string])[] = [
  ['下雨天站台没有遮的地方，老人等车最苦。', '下雨天站台没有遮的地方，老人等车最苦。'],
  ['我是 12 号楼 602 的，女儿九点下班，回来只能走二十分钟。', '女儿九点下班，回来只能走二十分钟。'],
  ['加一班可以，车钱别涨。', '加一班可以，车钱别涨。'],
]

export const station: Told & { wanted: number } = {
  title: '党群服务站几点开门合适',
  why: '服务站要排下半年的班，先听听大家什么时候来得了。每栋楼都想听到一些。',
  by: '顾萍',
  households: 96,
  visitors: 5,
  wanted: 12,
  questions: [
    {
      kind: 'single',
      words: '您去过党群服务站吗？',
      options: ['常去', '去过一两次', '没去过'],
      shares: [0.3, 0.4, 0.3],
      skips: { 3: 3 },
    },
    {
      kind: 'scale',
      words: '现在的开门时间方便吗？',
      options: ['很不方便', '很方便'],
      most: 5,
      shares: [0.1, 0.25, 0.35, 0.2, 0.1],
    },
    {
      kind: 'multiple',
      words: '什么时候开门您最来得了？',
      options: ['早上七点到九点', '白天', '晚上六点到八点', '周六上午', '周日下午'],
      most: 2,
      shares: [0.3, 0.25, 0.5, 0.4, 0.2],
    },
    {
      kind: 'single',
      words: '晚上开门，您觉得到几点？',
      options: ['八点', '八点半', '九点'],
      shares: [0.5, 0.3, 0.2],
      byBuilding: false,
    },
    {
      kind: 'text',
      words: '服务站里还缺什么？',
      said: ['打印机常常没有纸', '想有个地方给孩子写作业', '血压计坏了一阵了'],
    },
  ],
}
