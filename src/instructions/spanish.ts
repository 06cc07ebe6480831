import type { Wording } from './wording.ts'

export const spanish: Wording = {
  source:
    'WhatsApp Web, “Ingresa el código en el teléfono” (WAWebLinkDeviceCommonInstructions), es_ES, read 2026-08-16',
  reviewed: false,
  menu: {
    settings: 'Ajustes',
    linkedDevices: 'Dispositivos vinculados',
    linkDevice: 'Vincular dispositivo',
    linkWithPhoneNumber: 'Vincular con el número de teléfono',
  },
  openWhatsApp: 'Abre WhatsApp en el teléfono que tiene este número.',
  openLinkedDevices: {
    android: ({ linkedDevices }) => `Toca ⋮ arriba y luego “${linkedDevices}”.`,
    ios: ({ settings, linkedDevices }) => `Toca “${settings}” y luego “${linkedDevices}”.`,
    either: ({ settings, linkedDevices }) =>
      `En Android, toca ⋮ arriba; en iPhone, toca “${settings}”. Luego toca “${linkedDevices}”.`,
  },
  tapLinkDevice: ({ linkDevice }) => `Toca “${linkDevice}” y desbloquea el teléfono si te lo pide.`,
  tapLinkWithPhoneNumber: ({ linkWithPhoneNumber }) => `Toca “${linkWithPhoneNumber}”.`,
  typeCode: (code) => `Escribe estos 8 caracteres: ${code}`,
  orTapNotification: 'O toca la notificación de WhatsApp en el teléfono y escribe allí los mismos 8 caracteres.',
  stopIfUnknown: 'Si alguien te envió aquí y no sabes quién es, detente.',
}
