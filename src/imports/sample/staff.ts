import type { Hours } from '../../contract/routing.ts'
import { household } from './groups.ts'

const day: Hours = { spans: [{ days: [1, 2, 3, 4, 5, 6], open: '08:00', close: '18:00' }] }
const late: Hours = { spans: [{ days: [1, 2, 3, 4, 5, 6, 7], open: '12:00', close: '21:00' }] }
const weekend: Hours = { spans: [{ days: [3, 4, 5, 6, 7], open: '09:00', close: '19:00' }] }
const night: Hours = { spans: [{ days: [1, 2, 3, 4, 5, 6, 7], open: '20:00', close: '08:00' }] }
const office: Hours = { spans: [{ days: [1, 2, 3, 4, 5], open: '09:00', close: '18:00' }] }

const cold = ['空调', '冰箱', '洗衣机', '制冰机']
const gas = ['热水器', '燃气灶', '油烟机', '净水器']
const drinks = ['咖啡机', '茶饮设备', '制冰机']
const refrigeration = '制冷'
const gasWork = '燃气'
const special = '特种设备'

/** A person of the sample workspace: name, groups, skills, certificates, shift, home base (gcj02) and reach. */
export interface SampleStaff {
  readonly name: string
  readonly groups: readonly string[]
  readonly skills: readonly string[]
  readonly certs?: readonly string[]
  readonly languages?: readonly string[]
  readonly status?: 'idle' | 'busy' | 'leave' | 'offline'
  readonly shift: Hours | null
  readonly at: readonly [lat: number, lng: number] | null
  readonly maxKm?: number
  readonly maxLoad?: number
  readonly duties?: readonly string[]
}

const desk = { skills: [], at: null, duties: ['agent'] } as const

/** Engineers around Hangzhou, Shaoxing, Ningbo, Shanghai and Suzhou, and the people at the desks. */
export const sampleStaff: readonly SampleStaff[] = [
  {
    name: '王建国',
    groups: ['home-hz'],
    skills: cold,
    certs: [refrigeration],
    shift: day,
    at: [30.2741, 120.1322],
  },
  {
    name: '李志强',
    groups: ['home-hz'],
    skills: cold,
    certs: [refrigeration],
    status: 'busy',
    shift: day,
    at: [30.2089, 120.2119],
  },
  { name: '陈海燕', groups: ['home-hz'], skills: gas, certs: [gasWork], shift: day, at: [30.3072, 120.1536] },
  {
    name: '赵永明',
    groups: ['home-hz'],
    skills: household,
    certs: [refrigeration, gasWork],
    shift: late,
    at: [30.2448, 120.1495],
  },
  {
    name: '周立新',
    groups: ['home-hz'],
    skills: ['电视', '扫地机器人', '微波炉', '洗碗机'],
    shift: weekend,
    at: [30.1644, 120.2645],
  },
  {
    name: '吴春生',
    groups: ['home-hz'],
    skills: cold,
    certs: [refrigeration],
    status: 'leave',
    shift: day,
    at: [30.4186, 120.2999],
  },
  {
    name: '郑国栋',
    groups: ['home-hz', 'home-zj'],
    skills: household,
    certs: [refrigeration, gasWork],
    shift: day,
    at: [30.0508, 119.9607],
    maxKm: 80,
  },
  {
    name: '孙晓峰',
    groups: ['home-zj'],
    skills: cold,
    certs: [refrigeration],
    shift: day,
    at: [30.0023, 120.5802],
    maxKm: 70,
  },
  {
    name: '马俊杰',
    groups: ['home-zj'],
    skills: gas,
    certs: [gasWork],
    shift: day,
    at: [29.8738, 121.5504],
    maxKm: 70,
  },
  {
    name: '胡文涛',
    groups: ['home-zj'],
    skills: household,
    certs: [refrigeration, gasWork],
    shift: weekend,
    at: [30.7522, 120.7551],
    maxKm: 70,
  },
  {
    name: '林佳怡',
    groups: ['home-zj'],
    skills: cold,
    certs: [refrigeration],
    status: 'offline',
    shift: day,
    at: [28.0006, 120.6721],
    maxKm: 90,
  },
  {
    name: '高志远',
    groups: ['home-sh'],
    skills: cold,
    certs: [refrigeration],
    shift: day,
    at: [31.2243, 121.4691],
  },
  {
    name: '何秀英',
    groups: ['home-sh'],
    skills: gas,
    certs: [gasWork],
    shift: late,
    at: [31.2459, 121.5067],
  },
  {
    name: '罗家豪',
    groups: ['home-sh'],
    skills: household,
    certs: [refrigeration, gasWork],
    languages: ['zh', 'en'],
    shift: day,
    at: [31.1902, 121.4377],
  },
  {
    name: '梁伟东',
    groups: ['home-sh'],
    skills: cold,
    certs: [refrigeration],
    status: 'busy',
    shift: weekend,
    at: [31.2989, 120.5853],
    maxKm: 50,
  },
  {
    name: '宋雨晴',
    groups: ['home-sh'],
    skills: gas,
    certs: [gasWork],
    shift: day,
    at: [31.4912, 120.3119],
    maxKm: 60,
  },
  {
    name: '唐振华',
    groups: ['lift'],
    skills: ['电梯'],
    certs: [special],
    shift: day,
    at: [30.2592, 120.2193],
    maxKm: 60,
  },
  {
    name: '韩立军',
    groups: ['lift'],
    skills: ['电梯'],
    certs: [special],
    shift: night,
    at: [30.2875, 120.1637],
    maxKm: 60,
  },
  {
    name: '冯德胜',
    groups: ['lift'],
    skills: ['电梯'],
    certs: [special],
    languages: ['zh', 'en'],
    shift: day,
    at: [31.2304, 121.4737],
    maxKm: 60,
  },
  {
    name: '曹志刚',
    groups: ['lift'],
    skills: ['电梯'],
    certs: [special],
    shift: night,
    at: [31.2117, 121.4457],
    maxKm: 80,
  },
  {
    name: '邓光明',
    groups: ['industry'],
    skills: ['数控机床', '工业设备'],
    shift: day,
    at: [30.1836, 120.2645],
    maxKm: 200,
  },
  {
    name: '许建平',
    groups: ['industry'],
    skills: ['数控机床'],
    shift: day,
    at: [31.3256, 120.6315],
    maxKm: 200,
  },
  {
    name: '傅晓明',
    groups: ['industry'],
    skills: ['工业设备'],
    status: 'busy',
    shift: night,
    at: [29.8683, 121.544],
    maxKm: 200,
  },
  {
    name: '沈梦洁',
    groups: ['store'],
    skills: drinks,
    certs: [refrigeration],
    languages: ['zh', 'en'],
    shift: day,
    at: [30.2511, 120.1641],
    maxKm: 60,
  },
  {
    name: '姚思远',
    groups: ['store'],
    skills: drinks,
    certs: [refrigeration],
    shift: late,
    at: [31.2231, 121.4801],
    maxKm: 60,
  },
  {
    name: '卢嘉文',
    groups: ['store', 'printer'],
    skills: ['咖啡机', '打印机'],
    shift: day,
    at: [31.298, 120.619],
    maxKm: 60,
  },
  {
    name: '姜海波',
    groups: ['printer'],
    skills: ['打印机'],
    shift: office,
    at: [30.2796, 120.126],
    maxKm: 50,
  },
  {
    name: '崔明哲',
    groups: ['printer'],
    skills: ['打印机'],
    shift: office,
    at: [31.2201, 121.43],
    maxKm: 50,
  },
  {
    name: '谭静怡',
    groups: ['emergency', 'default'],
    shift: null,
    maxLoad: 30,
    ...desk,
    duties: ['agent', 'dispatcher'],
  },
  { name: '廖婷婷', groups: ['default', 'inquiry'], shift: office, maxLoad: 30, ...desk },
  { name: '邹丽华', groups: ['inquiry', 'billing'], shift: office, maxLoad: 30, ...desk },
  { name: '熊子涵', groups: ['complaint', 'vip'], shift: late, maxLoad: 20, ...desk },
  {
    name: 'Grace Lin',
    groups: ['english', 'vip'],
    languages: ['en', 'zh'],
    shift: office,
    maxLoad: 20,
    ...desk,
  },
]
