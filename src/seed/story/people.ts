import type { Role } from '../../lib/http/slice.ts'
import type { SeatKey } from './kinds.ts'

/** Who the story is about. Every name is invented. */

interface Person {
  name: string
  post: string
  roles: readonly Role[]
  /** The chair this person sits on: rank 0 is the titular. */
  seat?: readonly [SeatKey, 0 | 1 | 2]
  door?: string
}

export const officials: Person[] = [
  { name: '周敏', post: '居民区党总支书记', roles: ['chair'], seat: ['party', 0] },
  { name: '陆文彬', post: '党总支副书记', roles: ['staff'], seat: ['party', 1], door: '4-1203' },
  { name: '吴建国', post: '居委会主任', roles: ['chair', 'staff'], seat: ['committee', 0] },
  { name: '孙莉', post: '居委会副主任', roles: ['chair', 'staff'], seat: ['committee', 1], door: '9-701' },
  { name: '钱立', post: '业委会主任', roles: [], seat: ['owners', 0], door: '2-1504' },
  { name: '方瑾', post: '业委会副主任', roles: [], seat: ['owners', 1], door: '7-802' },
  { name: '贺志远', post: '业委会委员', roles: [], seat: ['owners', 2], door: '10-1101' },
  { name: '冯涛', post: '物业服务中心经理', roles: [], seat: ['property', 0] },
  { name: '曹雪梅', post: '物业客服主管', roles: [], seat: ['property', 1] },
  { name: '丁强', post: '物业工程主管', roles: [], seat: ['property', 2] },
  { name: '韩磊', post: '社区民警', roles: [], seat: ['police', 0] },
  { name: '施晨', post: '社区辅警', roles: [], seat: ['police', 1] },
  { name: '沈洁', post: '社工', roles: ['staff'] },
  { name: '顾萍', post: '社工', roles: ['staff'] },
  { name: '程浩', post: '社工', roles: ['staff'] },
  { name: '唐颖', post: '镇社区建设办', roles: ['manager'] },
  { name: '苗青', post: '系统管理员', roles: ['admin'] },
]

/** 九支队伍 53 人：name, door, and the building whose leader (楼组长) she is. */
export const teams: { name: string; members: (readonly [name: string, door: string, leads?: string])[] }[] = [
  {
    name: '连心桥走访队',
    members: [
      ['李桂芳', '12-302', '12'],
      ['黄佩玉', '3-504', '3'],
      ['夏敏芝', '5-1001', '5'],
      ['邱志芳', '7-403'],
      ['裘文娟', '1-602', '1'],
      ['单丽娜', '9-1402', '9'],
      ['葛世明', '6-204', '6'],
    ],
  },
  {
    name: '梧桐有爱便民服务队',
    members: [
      ['许国梁', '12-1501'],
      ['章宝根', '2-301', '2'],
      ['费丽华', '4-702'],
      ['邬建平', '8-1103'],
      ['朱雅琴', '11-504'],
      ['蒋小弟', '10-903'],
    ],
  },
  {
    name: '爱相伴帮扶队',
    members: [
      ['俞秀珍', '4-403', '4'],
      ['倪玉兰', '1-1204'],
      ['金彩凤', '6-801'],
      ['庄慧', '8-602', '8'],
      ['龚美玲', '5-1703'],
      ['尤素芬', '9-204'],
    ],
  },
  {
    name: '老娘舅调解队',
    members: [
      ['潘德昌', '7-1102', '7'],
      ['盛家麟', '3-1301'],
      ['乔月英', '10-404', '10'],
      ['严福生', '2-1004'],
      ['奚惠民', '11-803', '11'],
      ['翁雪芬', '12-904'],
    ],
  },
  {
    name: '清清爽爽爱国卫生队',
    members: [
      ['童宝娣', '5-302'],
      ['姚金龙', '1-801'],
      ['毛翠英', '6-1404'],
      ['阮志平', '9-503'],
      ['戴巧云', '4-1702'],
      ['濮志刚', '8-202'],
    ],
  },
  {
    name: '垃圾分类先行队',
    members: [
      ['贾丽萍', '3-901'],
      ['汤永康', '7-1603'],
      ['柏云', '2-602'],
      ['谈雅芳', '10-1304'],
      ['凌国强', '12-701'],
      ['史爱珍', '11-1201'],
    ],
  },
  {
    name: '平安梧桐巡逻队',
    members: [
      ['魏长根', '6-503'],
      ['江海涛', '1-1602'],
      ['瞿大为', '5-704'],
      ['洪卫东', '8-1501'],
      ['武斌', '9-1103'],
      ['左建华', '4-1004'],
    ],
  },
  {
    name: '小叶子护学队',
    members: [
      ['卫晓燕', '3-1702'],
      ['秦朗', '7-203'],
      ['沙莎', '10-1601'],
      ['林若溪', '2-1302'],
      ['桑博', '11-304'],
    ],
  },
  {
    name: '梧桐树下文化队',
    members: [
      ['滕雅文', '12-1204'],
      ['邵伯年', '5-503'],
      ['宋怡', '8-904'],
      ['钟琴', '6-1101'],
      ['庞景生', '1-403'],
    ],
  },
]
