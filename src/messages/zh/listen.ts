/** 听: what people say and what becomes of it. */
export const listen = {
  'issues.cannotMove': '这件事现在不能这样处理，可能别人刚刚处理过。请刷新看看。',
  'tell.filed': '【梧桐议事】收到了您反映的第 {no} 号。一个工作日内答复。随时查看：{link}',
} as const
