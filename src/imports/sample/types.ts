const hour = 3_600_000

/** Kinds of ticket with their forms and promises, in business time. */
export const sampleTypes = [
  {
    key: 'field-service',
    name: { zh: '上门服务', en: 'Field service' },
    isDefault: true,
    calendar: 'office',
    sla: { firstResponse: hour / 2, arrival: 8 * hour, resolution: 24 * hour },
    form: {
      type: 'object',
      properties: {
        cause: {
          type: 'string',
          title: { zh: '故障原因', en: 'Cause' },
          enum: ['部件损坏', '安装问题', '使用不当', '自然老化', '其他'],
        },
        solution: { type: 'string', title: { zh: '处理结果', en: 'Solution' }, maxLength: 500 },
        in_warranty: { type: 'boolean', title: { zh: '保内', en: 'In warranty' } },
        parts: {
          type: 'array',
          title: { zh: '更换部件', en: 'Parts replaced' },
          items: { type: 'string', enum: ['主板', '压缩机', '电机', '阀件', '滤芯', '线束', '其他'] },
        },
      },
      required: ['solution'],
    },
  },
  {
    key: 'lift-emergency',
    name: { zh: '电梯应急', en: 'Lift emergency' },
    isDefault: false,
    calendar: 'always',
    sla: { firstResponse: hour / 12, arrival: hour / 2, resolution: 4 * hour },
    form: {
      type: 'object',
      properties: {
        trapped: {
          type: 'integer',
          title: { zh: '被困人数', en: 'People trapped' },
          minimum: 0,
          maximum: 100,
        },
        released_at: { type: 'string', title: { zh: '解救时间', en: 'Released at' }, format: 'date-time' },
        registration: {
          type: 'string',
          title: { zh: '设备注册代码', en: 'Registration code' },
          pattern: '^[0-9]{20}$',
        },
      },
      required: ['trapped'],
      appliesTo: { intents: [], urgencies: ['critical'], categories: ['电梯'] },
    },
  },
  {
    key: 'emergency',
    name: { zh: '安全应急', en: 'Safety emergency' },
    isDefault: false,
    calendar: 'always',
    sla: { firstResponse: hour / 12, arrival: hour / 2, resolution: 4 * hour },
    form: {
      type: 'object',
      properties: {
        people_safe: { type: 'boolean', title: { zh: '人员已安全', en: 'People are safe' } },
        solution: { type: 'string', title: { zh: '处理结果', en: 'Solution' }, maxLength: 500 },
      },
      required: ['people_safe', 'solution'],
      appliesTo: { intents: [], urgencies: ['critical'], categories: [] },
    },
  },
  {
    key: 'inquiry',
    name: { zh: '咨询与投诉', en: 'Inquiry and complaint' },
    isDefault: false,
    calendar: 'office',
    sla: { firstResponse: hour, resolution: 16 * hour },
    form: {
      type: 'object',
      properties: {
        outcome: {
          type: 'string',
          title: { zh: '处理结论', en: 'Outcome' },
          enum: ['已解答', '已道歉', '已退换', '转上门', '无需处理'],
        },
      },
      required: ['outcome'],
    },
  },
] as const
