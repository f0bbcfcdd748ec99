import type { Neighbourhood } from './found.ts'

const profiles = ['demo', 'empty', 'load'] as const
export type Profile = (typeof profiles)[number]

/** Invented, every one. The first is the one the story is about. */
const invented = [
  { slug: 'wutongli', name: '梧桐里居民区', nameEn: 'Wutongli', prefix: 'WT', phone: '021-5555 0123' },
  { slug: 'xiangzhang', name: '香樟湾居民区', nameEn: 'Xiangzhang Bay', prefix: 'XZ', phone: '021-5555 0124' },
  { slug: 'yinxing', name: '银杏苑居民区', nameEn: 'Yinxing Court', prefix: 'YX', phone: '021-5555 0125' },
  { slug: 'hehuan', name: '合欢路居民区', nameEn: 'Hehuan Road', prefix: 'HH', phone: '021-5555 0126' },
]
const plain = {
  demo: { slug: 'demo', name: '示范', nameEn: 'Demonstration', prefix: 'DM' },
  empty: { slug: 'empty', name: '新建', nameEn: 'New', prefix: 'NW' },
  load: { slug: 'load', name: '样板', nameEn: 'Sample', prefix: 'LD' },
}

/** What the nth community of a profile is called, always the same. */
export function nameFor(profile: Profile, n: number): Neighbourhood {
  const known = profile === 'demo' ? invented[n] : undefined
  if (known) return known
  const { slug, name, nameEn, prefix } = plain[profile]
  const number = n + 1
  return {
    slug: `${slug}-${number}`,
    name: `${name} ${number} 居民区`,
    nameEn: `${nameEn} ${number}`,
    prefix,
    phone: '',
  }
}
