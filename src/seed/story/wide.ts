/** 大家说: what everybody is asked just now. */

type Camp = 'dancers' | 'sleepers' | 'parents'
export const camps: readonly Camp[] = ['dancers', 'sleepers', 'parents']

export const asked = {
  title: '广场晚上怎么用',
  lead: '跳舞的、带孩子的、要早睡的，都在一个广场上。先听听大家的想法，再坐下来商量。',
  by: '沈洁',
  households: 150,
  /** Each with who would mostly agree; the rest would mostly not. */
  statements: [
    ['晚上九点以后，音响要关掉', ['dancers', 'sleepers', 'parents']],
    ['音响装个分贝仪，超了就调小', ['dancers', 'sleepers', 'parents']],
    ['广场边添几把有靠背的椅子', ['dancers', 'sleepers', 'parents']],
    ['广场舞是老人的大事，应该支持', ['dancers']],
    ['跳舞的时间可以到九点半', ['dancers']],
    ['音响声音不大，没必要管', ['dancers']],
    ['八点以后就该安静，孩子要写作业', ['sleepers', 'parents']],
    ['跳舞应该搬到河边去', ['sleepers']],
    ['居委会应该禁止广场上用音响', ['sleepers']],
    ['谁家的窗子对着广场，就先听谁的', ['sleepers']],
    ['广场要划一块给孩子跑，不许占', ['parents']],
    ['周末下午整个广场留给孩子', ['parents', 'sleepers']],
    ['电瓶车不许从广场穿', ['dancers', 'sleepers', 'parents']],
    ['地上的灯太刺眼，换成柔一点的', ['parents', 'sleepers']],
  ] as const satisfies readonly (readonly [string, readonly Camp[]])[],
  /** Said by a neighbour, and not looked at yet. */
  waiting: '能不能请老师来教太极，不用音响',
}
