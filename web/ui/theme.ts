import { type ThemeConfig, theme } from 'antd'
import { remembered } from './remembered.ts'

/** How the console looks; `system` follows the machine. */
export type Appearance = 'light' | 'dark' | 'system'
/** The person's choice, kept in this browser. */
export const appearance = remembered<Appearance>(
  'yitong.appearance',
  ['light', 'dark', 'system'],
  () => 'system',
)

/** Class on <html> that carries the design tokens as CSS variables (`--ant-…`) for our own style sheet. */
export const tokenScope = 'yitong'

const fonts =
  "-apple-system, BlinkMacSystemFont, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"

/** The one theme: a 4 px grid, calm neutrals, one accent, contrast of at least 4.5 : 1 for every text token; `still` moves nothing. */
export function consoleTheme(dark: boolean, still: boolean): ThemeConfig {
  return {
    algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    cssVar: { key: tokenScope },
    hashed: false,
    token: {
      fontFamily: fonts,
      fontSize: 14,
      borderRadius: 6,
      controlHeight: 32,
      sizeUnit: 4,
      wireframe: false,
      motionDurationMid: '0.12s',
      motionDurationSlow: '0.18s',
      ...(still ? stillTokens : {}),
      ...(dark ? darkTokens : lightTokens),
    },
    components: {
      Table: { cellPaddingBlockMD: 8, cellPaddingInlineMD: 12 },
      // Dark words on the bright accent of the dark theme keep the contrast.
      ...(dark ? { Button: { primaryColor: '#04191d' } } : {}),
      Form: { itemMarginBottom: 16, verticalLabelPadding: '0 0 4px' },
    },
  }
}

/** Over before it is seen. Without any motion a dialog of the library takes the focus from the box that should have it. */
const stillTokens = { motionDurationFast: '1ms', motionDurationMid: '1ms', motionDurationSlow: '1ms' }

const lightTokens = {
  colorPrimary: '#0b6b7d',
  colorInfo: '#0b6b7d',
  colorInfoBg: '#e8f3f5',
  colorInfoBorder: '#a9cdd4',
  colorLink: '#0b6075',
  colorSuccess: '#1a7f4b',
  colorSuccessBg: '#e8f5ee',
  colorSuccessBorder: '#a6d2ba',
  colorWarning: '#a35200',
  colorWarningBg: '#fff4e5',
  colorWarningBorder: '#e8c08f',
  colorError: '#c4291c',
  colorText: '#17242b',
  colorTextSecondary: '#4a5a63',
  colorTextTertiary: '#5b6b74',
  colorTextDescription: '#5b6b74',
  colorTextPlaceholder: '#697881',
  colorBgLayout: '#f3f5f6',
  colorBorder: '#c6cfd4',
  colorBorderSecondary: '#e1e6e9',
}

const darkTokens = {
  colorPrimary: '#5cc3d4',
  colorInfo: '#5cc3d4',
  colorLink: '#63c3d3',
  colorSuccess: '#4cb782',
  colorWarning: '#e59a4a',
  colorError: '#f0756a',
  colorText: '#e4eaed',
  colorTextSecondary: '#b2bec5',
  colorTextTertiary: '#97a5ad',
  colorTextDescription: '#97a5ad',
  colorTextPlaceholder: '#8997a0',
  colorBgBase: '#11181c',
  colorBgLayout: '#0c1215',
  colorBgContainer: '#151d22',
  colorBgElevated: '#1c262c',
  colorBorder: '#3a4850',
  colorBorderSecondary: '#28343a',
}
