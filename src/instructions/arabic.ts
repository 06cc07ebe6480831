import type { Wording } from './wording.ts'

export const arabic: Wording = {
  source: 'WhatsApp Web, “أدخل الكود على الهاتف” (WAWebLinkDeviceCommonInstructions), ar_AR, read 2026-08-16',
  reviewed: false,
  menu: {
    settings: 'الإعدادات',
    linkedDevices: 'الأجهزة المرتبطة',
    linkDevice: 'ربط جهاز',
    linkWithPhoneNumber: 'الربط برقم الهاتف بدلاً من ذلك',
  },
  openWhatsApp: 'افتح واتساب على الهاتف الذي يحمل هذا الرقم.',
  openLinkedDevices: {
    android: ({ linkedDevices }) => `اضغط على ⋮ في الأعلى، ثم على «${linkedDevices}».`,
    ios: ({ settings, linkedDevices }) => `اضغط على «${settings}»، ثم على «${linkedDevices}».`,
    either: ({ settings, linkedDevices }) =>
      `على جهاز Android اضغط على ⋮ في الأعلى، وعلى جهاز iPhone اضغط على «${settings}»، ثم اضغط على «${linkedDevices}».`,
  },
  tapLinkDevice: ({ linkDevice }) => `اضغط على «${linkDevice}»، وافتح قفل الهاتف إذا طُلب منك ذلك.`,
  tapLinkWithPhoneNumber: ({ linkWithPhoneNumber }) => `اضغط على «${linkWithPhoneNumber}».`,
  // The code runs from left to right within a line that runs from right to left: isolated, or its halves change places.
  typeCode: (code) => `اكتب هذا الكود المكوّن من 8 خانات: \u2066${code}\u2069`,
  orTapNotification: 'أو اضغط على إشعار واتساب على الهاتف واكتب هناك الكود نفسه.',
  stopIfUnknown: 'إذا أرسلك إلى هنا شخص لا تعرفه، فتوقف.',
}
