type Place = readonly [province: string, city: string, district: string, detail: string]

/** A device of the sample workspace; at a site, or at a customer's own address. Warranty in months from its installation. */
export interface SampleDevice {
  readonly model: string
  readonly customer: string
  readonly installed: string
  readonly months: number
  readonly site?: string
  readonly address?: Place
  readonly at?: readonly [lat: number, lng: number]
}

const hz = (district: string, detail: string): Place => ['浙江省', '杭州市', district, detail]
const sh = (district: string, detail: string): Place => ['上海市', '上海市', district, detail]
const sz = (district: string, detail: string): Place => ['江苏省', '苏州市', district, detail]
const home = (
  model: string,
  customer: string,
  address: Place,
  at: readonly [number, number],
  installed: string,
  months = 36,
): SampleDevice => ({ model, customer, address, at, installed, months })
const placed = (
  model: string,
  site: string,
  customer: string,
  installed: string,
  months = 24,
): SampleDevice => ({
  model,
  site,
  customer,
  installed,
  months,
})

/** Forty devices of invented customers. */
export const sampleDevices: readonly SampleDevice[] = [
  home(
    'YK-35GW/B1',
    '裘文杰',
    hz('西湖区', '文三路478号华星里2幢1单元502室'),
    [30.2793, 120.1194],
    '2025-06-18',
    72,
  ),
  home(
    'YK-72LW/A2',
    '裘文杰',
    hz('西湖区', '文三路478号华星里2幢1单元502室'),
    [30.2793, 120.1194],
    '2025-06-18',
    72,
  ),
  home('RS-16TE', '闻人静', hz('拱墅区', '莫干山路100号锦绣苑6幢301室'), [30.3012, 120.1398], '2023-11-02'),
  home('ZJ-B62', '闻人静', hz('拱墅区', '莫干山路100号锦绣苑6幢301室'), [30.3012, 120.1398], '2023-11-02'),
  home('BX-520WD', '计小满', hz('滨江区', '滨盛路1870号听涛阁3幢1201室'), [30.2066, 120.2005], '2024-08-21'),
  home('XY-100T7', '计小满', hz('滨江区', '滨盛路1870号听涛阁3幢1201室'), [30.2066, 120.2005], '2024-08-21'),
  home('YJ-9028', '茅以晴', hz('上城区', '清江路88号钱塘邻里5幢803室'), [30.239, 120.1853], '2026-01-15'),
  home('JS-800G', '茅以晴', hz('上城区', '清江路88号钱塘邻里5幢803室'), [30.239, 120.1853], '2026-01-15', 12),
  home(
    'SD-X10',
    '岑参商',
    hz('余杭区', '文一西路998号海创园12幢407室'),
    [30.2805, 120.0102],
    '2025-12-30',
    12,
  ),
  home(
    'TV-75Q8',
    '寿春晖',
    hz('萧山区', '市心北路260号湘湖人家9幢1502室'),
    [30.1985, 120.266],
    '2024-03-09',
    12,
  ),
  home(
    'XW-13S',
    '寿春晖',
    hz('萧山区', '市心北路260号湘湖人家9幢1502室'),
    [30.1985, 120.266],
    '2024-03-09',
    24,
  ),
  home(
    'WK-34',
    '缪以宁',
    hz('钱塘区', '学林街1111号金沙学府4幢602室'),
    [30.3119, 120.3466],
    '2025-02-14',
    24,
  ),
  home(
    'YM-140VRV',
    '戚长风',
    hz('富阳区', '金桥北路18号富春山居1幢101室'),
    [30.0722, 119.9601],
    '2022-07-07',
    60,
  ),
  home(
    'YK-35GW/B1',
    '鲍清和',
    hz('临平区', '迎宾路355号星光里7幢404室'),
    [30.4198, 120.3026],
    '2021-05-20',
    72,
  ),
  home('BX-220C', '水果铺子', hz('拱墅区', '湖州街58号底商3号'), [30.3349, 120.1502], '2024-06-01', 12),
  home(
    'YK-72LW/A2',
    '喻知秋',
    ['浙江省', '宁波市', '鄞州区', '中兴路717号东湖花园8幢202室'],
    [29.865, 121.579],
    '2025-07-11',
    72,
  ),
  home(
    'RS-60D3',
    '滑翔',
    ['浙江省', '绍兴市', '越城区', '胜利东路360号镜湖里2幢903室'],
    [30.01, 120.596],
    '2023-09-25',
  ),
  home(
    'XY-100T7',
    '巫小雨',
    ['浙江省', '嘉兴市', '南湖区', '中山东路1505号南湖春晓5幢1101室'],
    [30.748, 120.772],
    '2025-10-10',
  ),
  home(
    'YK-35GW/B1',
    '柴静远',
    ['浙江省', '温州市', '鹿城区', '车站大道577号瓯江苑3幢506室'],
    [28.008, 120.68],
    '2024-05-05',
    72,
  ),
  home('BX-520WD', '蒲一心', sh('徐汇区', '漕溪北路398号汇宁里2号楼1804室'), [31.189, 121.433], '2025-03-22'),
  home(
    'YK-72LW/A2',
    '蒲一心',
    sh('徐汇区', '漕溪北路398号汇宁里2号楼1804室'),
    [31.189, 121.433],
    '2025-03-22',
    72,
  ),
  home('RS-16TE', '冉星河', sh('静安区', '江宁路495号康定里1号楼602室'), [31.238, 121.442], '2022-12-12'),
  home('YJ-9028', '宿云', sh('浦东新区', '锦绣路888号锦绣华庭15号楼301室'), [31.216, 121.545], '2024-11-11'),
  home('SD-X10', '全知夏', sh('杨浦区', '政立路580号创智坊8号楼1203室'), [31.306, 121.512], '2026-02-02', 12),
  home(
    'TV-75Q8',
    'Emma Carter',
    sh('长宁区', '荣华东道88号古北里6号楼2201室'),
    [31.198, 121.402],
    '2025-09-01',
    12,
  ),
  home(
    'XW-13S',
    'Emma Carter',
    sh('长宁区', '荣华东道88号古北里6号楼2201室'),
    [31.198, 121.402],
    '2025-09-01',
    24,
  ),
  home('YK-35GW/B1', '都兰', sz('姑苏区', '人民路1331号平江里4幢305室'), [31.311, 120.618], '2023-06-30', 72),
  home('ZJ-B62', '阚晓棠', sz('虎丘区', '狮山路199号狮山名苑10幢1002室'), [31.297, 120.559], '2024-01-20'),
  placed('LT-1000G', 'torch', '昌地物业', '2019-04-01', 60),
  placed('LT-2000H', 'torch', '昌地物业', '2019-04-01', 60),
  placed('DY-C8130', 'torch', '昌地物业', '2025-05-06', 36),
  placed('LT-1000G', 'riverside', '云澜府物业', '2022-10-01', 60),
  placed('KF-E2', 'cafe-hubin', '沐森咖啡', '2025-01-08'),
  placed('KF-G75', 'cafe-hubin', '沐森咖啡', '2025-01-08'),
  placed('ZB-120', 'cafe-hubin', '沐森咖啡', '2025-01-08'),
  placed('KF-E2', 'cafe-xintiandi', '沐森咖啡', '2026-03-16'),
  placed('CY-F95', 'cafe-xintiandi', '沐森咖啡', '2026-03-16', 12),
  placed('CNC-850', 'plant-suzhou', '精衡机械', '2023-08-08', 36),
  placed('KY-37', 'plant-suzhou', '精衡机械', '2021-03-03', 36),
  placed('DY-M429', 'tower-pudong', '世纪明珠物业', '2025-11-20', 12),
]
