import type { Wording } from './wording.ts'

export const indonesian: Wording = {
  source: 'WhatsApp Web, “Masukkan kode di telepon” (WAWebLinkDeviceCommonInstructions), id_ID, read 2026-08-16',
  reviewed: false,
  menu: {
    settings: 'Pengaturan',
    linkedDevices: 'Perangkat tertaut',
    linkDevice: 'Tautkan perangkat',
    linkWithPhoneNumber: 'Tautkan dengan nomor telepon saja',
  },
  openWhatsApp: 'Buka WhatsApp di telepon yang memakai nomor ini.',
  openLinkedDevices: {
    android: ({ linkedDevices }) => `Ketuk ⋮ di bagian atas, lalu “${linkedDevices}”.`,
    ios: ({ settings, linkedDevices }) => `Ketuk “${settings}”, lalu “${linkedDevices}”.`,
    either: ({ settings, linkedDevices }) =>
      `Di Android ketuk ⋮ di bagian atas, di iPhone ketuk “${settings}”. Lalu ketuk “${linkedDevices}”.`,
  },
  tapLinkDevice: ({ linkDevice }) => `Ketuk “${linkDevice}”, dan buka kunci telepon jika diminta.`,
  tapLinkWithPhoneNumber: ({ linkWithPhoneNumber }) => `Ketuk “${linkWithPhoneNumber}”.`,
  typeCode: (code) => `Ketik 8 karakter ini: ${code}`,
  orTapNotification: 'Atau ketuk notifikasi WhatsApp di telepon, lalu ketik 8 karakter yang sama di sana.',
  stopIfUnknown: 'Jika seseorang mengirim Anda ke sini dan Anda tidak mengenalnya, berhentilah.',
}
