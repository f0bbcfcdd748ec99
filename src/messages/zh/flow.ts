/** 合流: what is alike, put together and taken apart; what people are told of it. */
export const flow = {
  'alike.title': '邻居可能已经反映过',
  'alike.me': '我也是',
  'alike.hint': '是同一件事，点「我也是」：您写的话照样留着，放在一起办。都不是，就接着写。',
  'alike.ask': '这几件像不像？',
  'alike.ask.hint': '邻居可能已经反映过。是同一件事就点「我也是」，您写的话也会留着。',
  'alike.yours': '您写的',
  'alike.none': '都不是，照常提交',
  'search.label': '找：编号、地方、词、拼音首字母',
  'search.none': '没有找到「{q}」。换个词试试，或者看全部。',
  'issues.state.merged': '已并到另一件',
} as const
