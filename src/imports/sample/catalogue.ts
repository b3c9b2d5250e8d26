/** Categories: name, what people call it, certificates that work on it needs. */
export const sampleCategories: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['空调', ['冷气', '中央空调', '挂机', '柜机', 'air conditioner', 'AC'], ['制冷']],
  ['冰箱', ['冷柜', '冰柜', 'fridge'], []],
  ['洗衣机', ['烘干机', '洗烘一体机', 'washing machine'], []],
  ['热水器', ['燃气热水器', '电热水器', '壁挂炉', 'water heater'], ['燃气']],
  ['电视', ['电视机', 'TV'], []],
  ['油烟机', ['抽油烟机', '烟机'], []],
  ['燃气灶', ['灶具', '煤气灶', 'gas stove'], ['燃气']],
  ['净水器', ['净水机', '饮水机'], []],
  ['洗碗机', ['dishwasher'], []],
  ['扫地机器人', ['扫地机', '扫拖机器人'], []],
  ['微波炉', ['烤箱', '微蒸烤一体机'], []],
  ['电梯', ['扶梯', '货梯', 'lift', 'elevator'], ['特种设备']],
  ['咖啡机', ['磨豆机', 'espresso machine', 'coffee machine'], []],
  ['茶饮设备', ['封口机', '果糖机', '萃茶机'], []],
  ['制冰机', ['ice maker'], ['制冷']],
  ['打印机', ['复印机', '一体机', 'printer'], []],
  ['数控机床', ['CNC', '加工中心'], []],
  ['工业设备', ['空压机', '注塑机', '产线'], []],
]

/** Models of invented brands: model, name, category, what people call it. */
export const sampleModels: readonly (readonly [string, string, string, readonly string[]])[] = [
  ['YK-35GW/B1', '云岚 1.5匹壁挂空调', '空调', ['云岚1.5匹']],
  ['YK-72LW/A2', '云岚 3匹柜式空调', '空调', ['云岚柜机']],
  ['YM-140VRV', '云岚 家用中央空调', '空调', []],
  ['BX-520WD', '霜溪 520升对开门冰箱', '冰箱', ['霜溪对开门']],
  ['BX-220C', '霜溪 220升冷柜', '冰箱', []],
  ['XY-100T7', '漱石 10公斤洗烘一体机', '洗衣机', ['漱石洗烘']],
  ['RS-16TE', '暖泉 16升燃气热水器', '热水器', ['暖泉16升']],
  ['RS-60D3', '暖泉 60升电热水器', '热水器', []],
  ['TV-75Q8', '观澜 75英寸电视', '电视', []],
  ['YJ-9028', '清风 侧吸油烟机', '油烟机', ['清风9028']],
  ['ZJ-B62', '清风 双眼燃气灶', '燃气灶', []],
  ['JS-800G', '泉润 800加仑净水器', '净水器', []],
  ['XW-13S', '漱石 13套洗碗机', '洗碗机', []],
  ['SD-X10', '小驿 扫拖机器人', '扫地机器人', ['小驿X10']],
  ['WK-34', '清风 微蒸烤一体机', '微波炉', []],
  ['LT-1000G', '恒升 1000公斤客梯', '电梯', ['恒升客梯']],
  ['LT-2000H', '恒升 2000公斤货梯', '电梯', []],
  ['KF-E2', '沐森 双头半自动咖啡机', '咖啡机', ['沐森双头']],
  ['KF-G75', '沐森 意式磨豆机', '咖啡机', []],
  ['CY-F95', '沐森 自动封口机', '茶饮设备', []],
  ['ZB-120', '沐森 120公斤制冰机', '制冰机', []],
  ['DY-M429', '墨舟 黑白多功能一体机', '打印机', ['墨舟M429']],
  ['DY-C8130', '墨舟 彩色复合机', '打印机', []],
  ['CNC-850', '精衡 850立式加工中心', '数控机床', ['精衡850']],
  ['KY-37', '精衡 37千瓦螺杆空压机', '工业设备', []],
]

/** Sites: name, contact, address, point. */
export const sampleSites: readonly {
  readonly key: string
  readonly name: string
  readonly contact: string
  readonly address: readonly [province: string, city: string, district: string, detail: string]
  readonly at: readonly [lat: number, lng: number]
}[] = [
  {
    key: 'torch',
    name: '昌地火炬大厦',
    contact: '物业值班室',
    address: ['浙江省', '杭州市', '西湖区', '文三路259号昌地火炬大厦1号楼'],
    at: [30.279, 120.1294],
  },
  {
    key: 'riverside',
    name: '滨江云澜府',
    contact: '云澜府物业',
    address: ['浙江省', '杭州市', '滨江区', '江南大道1090号云澜府'],
    at: [30.2084, 120.2121],
  },
  {
    key: 'cafe-hubin',
    name: '沐森咖啡湖滨店',
    contact: '店长 白露',
    address: ['浙江省', '杭州市', '上城区', '湖滨路28号商铺104'],
    at: [30.2554, 120.1636],
  },
  {
    key: 'cafe-xintiandi',
    name: '沐森咖啡新天地店',
    contact: '店长 颜回舟',
    address: ['上海市', '上海市', '黄浦区', '马当路188号一层'],
    at: [31.2196, 121.4749],
  },
  {
    key: 'plant-suzhou',
    name: '精衡苏州工厂',
    contact: '设备科 柏川',
    address: ['江苏省', '苏州市', '吴中区', '越溪街道北官渡路50号3号车间'],
    at: [31.242, 120.611],
  },
  {
    key: 'tower-pudong',
    name: '世纪明珠大厦',
    contact: '工程部 简宁',
    address: ['上海市', '上海市', '浦东新区', '世纪大道1528号世纪明珠大厦'],
    at: [31.2286, 121.5273],
  },
]
