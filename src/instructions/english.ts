import type { Wording } from './wording.ts'

export const english: Wording = {
  source:
    'WhatsApp Web, “Enter code on phone” (WAWebLinkDeviceCommonInstructions), en_US, read 2026-08-16; ' +
    'phones say “Link a device” where that screen says “Link device”',
  reviewed: true,
  menu: {
    settings: 'Settings',
    linkedDevices: 'Linked devices',
    linkDevice: 'Link a device',
    linkWithPhoneNumber: 'Link with phone number instead',
  },
  openWhatsApp: 'Open WhatsApp on the phone that has this number.',
  openLinkedDevices: {
    android: ({ linkedDevices }) => `Tap ⋮ at the top, then “${linkedDevices}”.`,
    ios: ({ settings, linkedDevices }) => `Tap “${settings}”, then “${linkedDevices}”.`,
    either: ({ settings, linkedDevices }) =>
      `On Android tap ⋮ at the top, on iPhone tap “${settings}”. Then tap “${linkedDevices}”.`,
  },
  tapLinkDevice: ({ linkDevice }) => `Tap “${linkDevice}”, and unlock the phone if it asks.`,
  tapLinkWithPhoneNumber: ({ linkWithPhoneNumber }) => `Tap “${linkWithPhoneNumber}”.`,
  typeCode: (code) => `Type these 8 characters: ${code}`,
  orTapNotification: 'Or tap the notification from WhatsApp on the phone, and type the same 8 characters there.',
  stopIfUnknown: 'If someone sent you here and you do not know them, stop.',
}
