import type { Wording } from './wording.ts'

export const hindi: Wording = {
  source: 'WhatsApp Web, “फ़ोन पर कोड डालें” (WAWebLinkDeviceCommonInstructions), hi_IN, read 2026-08-16',
  reviewed: false,
  menu: {
    settings: 'सेटिंग्स',
    linkedDevices: 'लिंक किए गए डिवाइस',
    linkDevice: 'डिवाइस लिंक करें',
    linkWithPhoneNumber: 'या फ़ोन नंबर से लिंक करें',
  },
  openWhatsApp: 'जिस फ़ोन पर यह नंबर है, उस पर WhatsApp खोलें।',
  openLinkedDevices: {
    android: ({ linkedDevices }) => `ऊपर ⋮ पर टैप करें, फिर “${linkedDevices}” पर।`,
    ios: ({ settings, linkedDevices }) => `“${settings}” पर टैप करें, फिर “${linkedDevices}” पर।`,
    either: ({ settings, linkedDevices }) =>
      `Android पर ऊपर ⋮ पर और iPhone पर “${settings}” पर टैप करें। फिर “${linkedDevices}” पर टैप करें।`,
  },
  tapLinkDevice: ({ linkDevice }) => `“${linkDevice}” पर टैप करें, और कहा जाए तो फ़ोन अनलॉक करें।`,
  tapLinkWithPhoneNumber: ({ linkWithPhoneNumber }) => `“${linkWithPhoneNumber}” पर टैप करें।`,
  typeCode: (code) => `ये 8 कैरेक्टर टाइप करें: ${code}`,
  orTapNotification: 'या फ़ोन पर WhatsApp के नोटिफ़िकेशन पर टैप करें और वहाँ यही 8 कैरेक्टर टाइप करें।',
  stopIfUnknown: 'अगर किसी ने आपको यहाँ भेजा है और आप उसे नहीं जानते, तो रुक जाएँ।',
}
