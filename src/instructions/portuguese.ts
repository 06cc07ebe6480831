import type { Wording } from './wording.ts'

export const portuguese: Wording = {
  source: 'WhatsApp Web, “Insira o código no seu celular” (WAWebLinkDeviceCommonInstructions), pt_BR, read 2026-08-16',
  reviewed: false,
  menu: {
    settings: 'Configurações',
    linkedDevices: 'Dispositivos conectados',
    linkDevice: 'Conectar dispositivo',
    linkWithPhoneNumber: 'Conectar com número de telefone',
  },
  openWhatsApp: 'Abra o WhatsApp no celular que tem este número.',
  openLinkedDevices: {
    android: ({ linkedDevices }) => `Toque em ⋮ no alto da tela e depois em “${linkedDevices}”.`,
    ios: ({ settings, linkedDevices }) => `Toque em “${settings}” e depois em “${linkedDevices}”.`,
    either: ({ settings, linkedDevices }) =>
      `No Android, toque em ⋮ no alto da tela; no iPhone, em “${settings}”. Depois toque em “${linkedDevices}”.`,
  },
  tapLinkDevice: ({ linkDevice }) => `Toque em “${linkDevice}” e desbloqueie o celular, se for pedido.`,
  tapLinkWithPhoneNumber: ({ linkWithPhoneNumber }) => `Toque em “${linkWithPhoneNumber}”.`,
  typeCode: (code) => `Digite estes 8 caracteres: ${code}`,
  orTapNotification: 'Ou toque na notificação do WhatsApp no celular e digite ali os mesmos 8 caracteres.',
  stopIfUnknown: 'Se alguém mandou você aqui e você não conhece essa pessoa, pare.',
}
