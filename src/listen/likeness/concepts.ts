/**
 * 街坊话 — what neighbours call the same thing, and how Shanghai says it. A line of `things` is one notion: any of its
 * words stands for it; `[water]` says what the lines below it mostly speak of. The neighbourhood's own pairs (`synonyms`) come on top of these. Pure.
 */

const things = `
[transport]
班车 接驳车 接驳 摆渡车 摆渡 穿梭巴士 小巴 短驳车 短驳 专车 区间车 小区的车子
公交 公交车 公共汽车 巴士
站牌 站点牌子 时刻表 发车时间 首末班 首班 末班
候车 等车 等班车 站台 车站
雨棚 雨篷 棚子 遮雨 棚头 雨蓬
共享单车 单车 自行车 小黄车 脚踏车 哈啰
地铁 轻轨 地铁站
医院 看病 复诊 看毛病 门诊 配药 就医
菜场 买菜 菜市场 小菜 批发市场
斑马线 过马路 人行横道 过街 横穿 不让人
红绿灯 信号灯 交通灯
减速带 减速坎 那个坎 减速坡
人行道 步道 走道 便道
施工 围挡 工地 施工队 围起来
快递车 外卖 送货 骑手 外卖小哥 送外卖 送快递
太快 飞快 车速 超速 开得快 速度快
撞 撞到 碰到 碰着 撞着
[light]
路灯 街灯 园区灯
灯 灯泡 灯管 照明 灯光 灯头
声控灯 感应灯 楼道灯 楼梯灯
不亮 不亮了 灯坏 瞎 黑漆漆 墨墨黑 漆黑 黑黢黢 摸黑 太暗 很暗 暗 看不清 看不见 打着手机 手电 伸手不见五指 黑灯瞎火 昏暗
刺眼 晃眼 太亮 探照灯 射灯 光污染 大灯
常亮 一直亮 整夜 通宵 不灭 一直开着 长明
闪 闪烁 一闪一闪 频闪 启辉器 镇流器 晃眼睛
应急灯 应急照明 安全出口 应急
[-]
楼道 楼梯 楼梯间 走廊 过道 楼梯口 门厅
车库 地库 地下车库 停车库 地下停车
广场 中心广场 小广场
[water]
漏水 渗水 滴水 漏雨 渗漏 渗 滴滴答答 返潮 潮 进水 漏
屋顶 房顶 顶楼 楼顶 天台 屋面 顶层
天花板 天花 吊顶 平顶
外墙 墙面 墙体 西墙 墙壁 那堵墙
发霉 霉 霉斑 墙皮 墙纸
自来水 龙头 水龙头 水质 生水
发黄 黄浊浊 铁锈 锈味 浑浊 水黄 发浑 像茶
水压 水流 水小 出水小 热水器 像线一样
洗澡 汏浴 冲凉 淋浴
下水道 下水管 污水管 排水 下水 窨井 阴沟 管道堵
倒灌 反水 返水 积水 冒水 往外冒 淹 内涝 漫
堵塞 堵 堵住 不通 塞住
大雨 暴雨 下雨 雨天 台风 落雨 一场雨
水箱 蓄水池 二次供水 水池子
清洗 冲洗 清理
停水 断水 没水
[property]
停电 断电 跳闸 没电
[-]
通知 告示 听人家讲 不知道有 公告 贴通知 纸头 公示
[water]
水管 管子 水管爆 爆管 喷泉 爆裂 水白白 漏一地
雨水管 落水管 檐沟 排雨管
[parking]
停车 停车位 车位 泊车 停车子 停汽车 空当 空位 罚单 停好车
乱停 乱停车 违停 停满车 停满
外来车 外面的车 外来车辆 外头个车
[safety]
保安 门卫 门岗 岗亭 值班
[parking]
消防通道 救命通道 救护车 消防车 救命车 担架 生命通道
充电桩 充电车位 充电 充个电
电动车 电瓶车 助动车 电动自行车 电单车
油车 汽油车 燃油车
[green]
草坪 草地 绿地 绿化 绿化带 草皮
[parking]
停车费 月费 停车月费
涨价 加价 提价 涨到 贵
征求意见 征询 表决 商量 同意
访客 亲戚 来客 客人 来访
登记 填单 填单子 预约
车棚 非机动车棚 自行车棚 车棚子
[-]
门口 大门 出入口
[parking]
道闸 抬杆 杆子 栏杆机 闸机 不抬 不抬杆
车牌 车牌识别 识别
僵尸车 废弃车 报废车 长期不动 没人开 没人动
[-]
打滑 滑 湿滑 太滑 路滑 滑倒
坡道 斜坡 无障碍 无障碍坡道
[safety]
门禁 刷卡 门锁 读卡器 铁门 单元门 楼道门 防盗门
关不上 锁不牢 关不牢 锁不上 关勿牢 敞开
高空抛物 烫个洞 往下扔 扔下来 抛下来 乱扔 丢下来 向下丢 空中抛物
烟头 烟蒂 香烟头
监控 摄像头 探头 录像 摄像
被偷 偷 失窃 小偷 丢东西 不见了 窃
巡逻 巡查 巡视 值夜
[-]
睡觉 打瞌睡 打呼 困觉 休息 睡不着 困勿着 睡不好 失眠 惊醒 睡着 懒觉 躺下
[safety]
堆物 杂物 堆放 堆满 纸箱 旧家具 破烂 仓库 鞋架 堆东西
逃生 疏散 逃
着火 火灾 失火 火险 起火 烧起来
灭火器 消防器材 灭火瓶 红罐子
[-]
过期 失效 到期
[safety]
围墙 围栏 栅栏 铁栅栏
缺口 洞 破洞 口子 裂口
瓷砖 面砖 墙砖 瓷片
脱落 掉下来 落下来 剥落 松动
配电房 配电间 高压 电房 变电
[clean]
垃圾房 垃圾箱房 垃圾厢房 垃圾桶 垃圾站 垃圾间 垃圾箱
垃圾 废品 废物 脏东西
臭 臭味 味道 异味 熏 恶臭 难闻 气味 捏着鼻子 腥
苍蝇 蚊子 虫子
投放 扔垃圾 倒垃圾 定时投放 厾垃圾
狗 宠物 养狗 遛狗 犬
狗屎 狗粪 大便 粪便 狗污 拉屎
打扫 保洁 清扫 扫地 扫 保洁员 卫生
灰尘 灰 积灰 脏 龌龊 一手黑
装修垃圾 建筑垃圾 砖头 水泥袋
清运 拖走 运走 拉走 没人拖 没人收
蟑螂 老鼠 老虫 鼠 灭鼠 除虫 消杀 鼠患
小便 尿 尿味 尿骚
河 河道 河面 河浜 河水 水面 靠河
旧衣 旧衣服 捐衣 旧衣物 回收箱
小广告 牛皮癣 广告纸 广告
大件 大件垃圾 沙发 床垫 旧家具 家具
[green]
树 树枝 香樟 枝叶 修剪 树木 大树 修树
挡光 遮光 光线 采光 挡住 遮住
种菜 种小菜 开荒 菜地 圈地 毁绿
枯死 枯 枯黄 黄土 裸土 黄泥
倒 倒下 倾斜 歪 歪脱 倒伏
杨絮 飞絮 柳絮 白毛
过敏 鼻炎 喷嚏
浇水 喷灌 浇灌 喷淋 乱喷 喷水
花坛 花池 花圃
[-]
断裂 断 破损 破 裂 裂缝 坏掉
[green]
毛毛虫 刺毛虫 虫害 打药 虫
桂花 花木 花草 种花
[-]
座椅 椅子 长凳 凳子 座位
[noise]
吵 噪音 噪声 轻点 听得见 叫唤 震 炮仗 声音大 太响 扰民 吵闹 响 轰隆 嗡嗡 声响 轰轰 闹 吵死 音量 动静
广场舞 跳舞 音响 大妈 音乐 动次打次
装修 敲墙 电钻 打洞 钻墙 敲敲打打
[-]
楼上 楼上邻居 头顶 上面一家
半夜 深夜 凌晨 夜里 晚上 半夜三更 深更半夜 夜间
早上 清早 一大早 早晨 清晨 早高峰 早浪头
[noise]
跑步机 拖椅子 拖凳子 咚咚
狗叫 犬吠 嚎 叫个不停
水泵 泵房 水泵房
高架 马路 车流 大卡车
隔音 隔音屏 隔音板
空调外机 外机 空调
油烟 油烟机 排烟 烟囱 油烟味
饭店 餐馆 餐饮 店铺 商铺 底商 店
叫卖 喇叭 收旧货 回收 收废品 广播
报警器 鸣笛 按喇叭 警报
篮球 打球 球场
[elder]
加装电梯 装电梯 装部电梯 装个电梯 装个梯子
[property]
电梯 轿厢 升降梯 电梯间 梯子
困人 困在 关在里面 被困
按钮 按键 揿 按不动
[elder]
爬楼 上下楼 爬不动 下楼难 爬勿动
助餐 食堂 老年食堂 饭堂 社区食堂 送餐 送饭 助老餐
老人 老年人 老太 老伯 阿婆 老头 老太太 高龄 老爷爷 老奶奶 老头子 长者 爸 妈
独居 一个人住 一家头 孤老 空巢
[elder]
看望 探望 上门看 关爱 去看看 关心
[-]
扶手 栏杆扶 抓手
台阶 踏步 石阶 级台阶
[elder]
轮椅 推车 残疾
活动室 棋牌室 老年活动 活动中心 打牌 麻将
量血压 血压 测血压 体检 护士 测测 医生
智能手机 手机 手机挂号 网上约
培训 教教 培训班 摸不清楚 学会 不会用
呼叫 紧急呼叫 急救 呼叫铃 一键 救命铃 一按
[child]
小孩 孩子 儿童 宝宝 小朋友 小囡 娃 学生 孙子 孙女
儿童乐园 游乐场 滑梯 滑滑梯 游乐设施 秋千
划伤 划破 刺伤 戳
暑托班 暑托 暑假班 放假没人看 暑假
沙坑 沙子 挖沙
放学 托管 课后 接孩子 四点半 写作业 放学后
亲子 手工 读书 阅读 活动
池塘 水池 景观池 水塘 喷水池 栽到水里 掉水里 落水
[-]
护栏 栏杆 围栏杆 没拦 拦一拦 隔离
[child]
图书 图书角 图书室 绘本 书
校车 接送车 大巴
[property]
物业费 管理费 收支 账目 公共收益 账 帐目 收益
公开 公布 透明
物业 物业公司 管理处
打不通 没人接 忙音 不接电话 接不通
报修 维修 修理 师傅 上门 修
态度 态度差 说话难听 爱理不理 凶
维修资金 维修基金 养房钱 大修基金
业委会 业主委员会 业主大会
换届 选举 改选 任期 到期
太阳能 热水器
快递柜 丰巢 自提柜 智能柜
收费 付钱 要钱 超时费
[property]
晾衣 晾衣架 晒衣 晒被子 晾晒 晒衣服 晾衣裳
生锈 锈 锈蚀 锈脱
[other]
驿站 菜鸟 取件 快递站 包裹 快递
[-]
关门 下班 打烊 关得早 营业
[other]
信号 手机信号 没信号 一格
宽带 网络 上网 运营商 网速
无线网 wifi 免费网 热点
微信群 群里 群 公众号
修鞋 磨刀 配钥匙 修补 修伞 菜刀 补鞋
摊 摊位 摊头 摆摊
[-]
居委 居委会 居民委员会 盖章
周末 星期六 星期天 礼拜六 礼拜天 周六 周日 双休
[other]
表决书 投票 表决票 选票
看不懂 太复杂 大白话 密密麻麻
野猫 流浪猫 猫 喂猫 绝育
流浪狗 野狗
[transport]
天桥 过街桥
扶梯 自动扶梯 电动楼梯 电动扶梯
[child]
幼儿园 托儿所
[elder]
敬老卡 津贴 补贴 老年卡 发钱 有钱发
[water]
直饮水 饮水机 接水 打水
[safety]
门锁死 锁死 锁住 大锁 挂锁
[-]
上班族 上班 加班 下班晚 中班 夜班
排队 等很久 等半天 等了 间隔
[transport]
末班车 末班 最后一班 末班太早 夜路 收车 收了 走回来
[-]
早退 太早 早收 老早收
不够 太少 太小 没地方 不足 少
延长 延到 晚一点 晚点 推迟
`

/** Dialect and slips that are no slips: said this way, meant that way. The longer comes first. */
const dialect: [RegExp, string][] = (
  [
    ['阿拉', '我们'],
    ['侬', '你'],
    ['伊拉', '他们'],
    ['伊', '他'],
    ['辰光', '时间'],
    ['物事', '东西'],
    ['事体', '事情'],
    ['呒没|呒啥|呒', '没有'],
    ['勿', '不'],
    ['汏', '洗'],
    ['侪', '都'],
    ['介许多', '这么多'],
    ['介', '这么'],
    ['忒', '太'],
    ['老早', '早'],
    ['夜里向|夜到|夜里', '晚上'],
    ['早浪头|早浪', '早上'],
    ['屋里厢|屋里', '家里'],
    ['落雨', '下雨'],
    ['落大雨', '下大雨'],
    ['小囡', '小孩'],
    ['脚踏车', '自行车'],
    ['电瓶车|助动车', '电动车'],
    ['厾脱|厾', '扔'],
    ['困觉', '睡觉'],
    ['困不着', '睡不着'],
    ['困不好', '睡不好'],
    ['掼跤|掼一跤|掼', '摔'],
    ['龌龊', '脏'],
    ['墨墨黑|黑黢黢', '很黑'],
    ['老虫', '老鼠'],
    ['吓煞人|吓势势', '危险'],
    ['差眼', '差点'],
    ['哪能', '怎么'],
    ['勒|辣', '在'],
    ['礼拜天|礼拜日', '周日'],
    ['礼拜六', '周六'],
    ['礼拜', '星期'],
    ['号头', '月'],
    ['弄堂', '里弄'],
    ['底楼', '一楼'],
    ['汽车|车子', '车'],
    ['荡马路', '散步'],
    ['脚膝馒头', '膝盖'],
    ['毛病', '病'],
    ['一眼眼|一眼', '一点'],
    ['煞脱|煞', '得很'],
    ['掉脱|脱个', '掉'],
    ['个辰光', '时候'],
    ['晏', '晚'],
    ['河浜', '河'],
    ['楼浪', '楼上'],
    ['墙浪', '墙上'],
    ['晓得', '知道'],
  ] as const
).map(([said, meant]) => [new RegExp(said, 'gu'), meant])

export const inPlainWords = (text: string): string =>
  dialect.reduce((plain, [said, meant]) => plain.replace(said, meant), text)

export type Notions = ReadonlyMap<string, ReadonlySet<string>>

/** Word → the notions it stands for, with the neighbourhood's own pairs in them. */
export function notionsWith(learned: readonly { word: string; like: string }[] = []): Notions {
  if (learned.length === 0) return common
  const all = new Map<string, Set<string>>(Array.from(common, ([word, notions]) => [word, new Set(notions)]))
  const add = (word: string, notion: string) => all.set(word, (all.get(word) ?? new Set()).add(notion))
  for (const { word, like } of learned) {
    const [a, b] = [plainWord(word), plainWord(like)]
    // Whatever the one stands for, so does the other; and the pair is a notion of its own.
    for (const notion of [...(all.get(b) ?? []), `${b}~`]) add(a, notion)
    for (const notion of [...(all.get(a) ?? []), `${b}~`]) add(b, notion)
  }
  return all
}

const plainWord = (word: string) => inPlainWords(word.normalize('NFKC').toLowerCase())

/** What each notion speaks of; a notion of no category in particular is not in it. */
export const categoryOf: ReadonlyMap<string, string> = new Map(
  lines().flatMap(({ category, words: [notion = ''] }) => (category === '-' ? [] : [[notion, category]])),
)

const common: Notions = (() => {
  const all = new Map<string, Set<string>>()
  for (const { words } of lines())
    for (const word of words)
      for (const form of [word, plainWord(word)]) all.set(form, (all.get(form) ?? new Set()).add(String(words[0])))
  return all
})()

function lines(): { category: string; words: string[] }[] {
  let category = '-'
  return things
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [, head] = /^\[(.+)\]$/.exec(line) ?? []
      if (head === undefined) return [{ category, words: line.split(' ') }]
      category = head
      return []
    })
}

const longest = 7

/** The notions that stand in a text in plain words: at each place the longest word that is one. */
export function notionsIn(text: string, notions: Notions = common): string[] {
  const found: string[] = []
  for (let at = 0; at < text.length; at++) {
    for (let length = longest; length > 0; length--) {
      const known = at + length <= text.length ? notions.get(text.slice(at, at + length)) : undefined
      if (!known) continue
      found.push(...known)
      // Inside a longer word a shorter one may be meant too (斑马线红绿灯), but not a single character of it.
      if (length > 2) at += length - 2
      break
    }
  }
  return found
}

/** The notions that are heard in a run of sounds though other characters were written: 末搬车 is heard as 末班车. */
export function notionsHeard(sounds: readonly string[], soundOf: (character: string) => string): string[] {
  bySound ??= soundsOf(soundOf)
  const found: string[] = []
  for (let at = 0; at < sounds.length; at++)
    for (const length of [4, 3, 2]) {
      const known = at + length <= sounds.length ? bySound.get(sounds.slice(at, at + length).join(' ')) : undefined
      if (!known) continue
      found.push(...known)
      at += length - 1
      break
    }
  return found
}

let bySound: Map<string, Set<string>> | undefined

function soundsOf(soundOf: (character: string) => string): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>()
  for (const [word, notions] of common) {
    const characters = Array.from(word)
    if (characters.length < 2 || characters.length > 4) continue
    const key = characters.map(soundOf).join(' ')
    all.set(key, new Set([...(all.get(key) ?? []), ...notions]))
  }
  return all
}
