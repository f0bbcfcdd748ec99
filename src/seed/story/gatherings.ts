/** 集中听: people sat together and somebody wrote down what was said. */
interface Told {
  title: string
  place: string
  ago: number
  time: string
  /** Who called it: a name from the story's people. */
  by: string
  /** Notes are still being taken. */
  open?: true
}

export const gatherings: Record<string, Told> = {
  summer: { title: '广场电影夜，听大家说', place: '中心广场', ago: 128, time: '19:00', by: '顾萍' },
  parents: { title: '亲子家庭周末恳谈', place: '党群服务站一楼', ago: 89, time: '14:00', by: '沈洁' },
  elders0: { title: '老伙伴茶话会：筋骨怎么活动', place: '老年活动室', ago: 60, time: '14:00', by: '程浩' },
  leaders: { title: '楼组长碰头会', place: '党群服务站二楼', ago: 58, time: '18:30', by: '孙莉' },
  school: { title: '护学队和家长碰个头', place: '南门岗亭边', ago: 57, time: '16:30', by: '沈洁' },
  garage: { title: '地下车库渗水现场听', place: '地下车库 B 区', ago: 56, time: '19:00', by: '沈洁' },
  tenants: { title: '新邻居见面会', place: '党群服务站一楼', ago: 30, time: '15:00', by: '程浩' },
  salon: { title: '志愿者沙龙：晚归的路', place: '党群服务站二楼', ago: 22, time: '19:00', by: '顾萍' },
  elders: { title: '老伙伴茶话会：午饭怎么吃', place: '老年活动室', ago: 19, time: '14:00', by: '程浩' },
  charging: { title: '电瓶车夜谈会', place: '6 号楼门厅', ago: 1, time: '19:00', by: '沈洁', open: true },
}
