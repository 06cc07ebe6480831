import { expect, test } from 'vitest'
import { serverSettings, shownStore } from '../../../src/cli/serve/settings.ts'

test('nothing set is nothing told', () => {
  expect(serverSettings({}, {})).toEqual({})
  expect(serverSettings({ PAIRCODE_HOST: ' ', PAIRCODE_PORT: '' }, {})).toEqual({})
})

test('every variable of the server is read', () => {
  const variables = {
    PAIRCODE_HOST: '0.0.0.0',
    PAIRCODE_PORT: '8080',
    PAIRCODE_PUBLIC_URL: 'https://link.example',
    PAIRCODE_OPERATOR: 'Acme',
    PAIRCODE_CONTACT: 'help@acme.example',
    PAIRCODE_TOKEN: 'operator-token-for-tests',
    PAIRCODE_RETURN_ORIGINS: 'https://app.example, https://shop.example',
    PAIRCODE_TRUST_PROXY: '1',
    PAIRCODE_RETENTION_DAYS: '7',
  }
  expect(serverSettings(variables, {})).toEqual({
    host: '0.0.0.0',
    port: 8080,
    publicUrl: 'https://link.example',
    operator: { name: 'Acme', contact: 'help@acme.example' },
    token: 'operator-token-for-tests',
    returnOrigins: ['https://app.example', 'https://shop.example'],
    trustProxy: 1,
    retentionDays: 7,
  })
})

test('flags win, and half an operator is half an operator', () => {
  const variables = { PAIRCODE_PORT: '1', PAIRCODE_OPERATOR: 'Acme' }
  expect(serverSettings(variables, { port: '2', grace: '3', returnOrigin: ['https://a.example'] })).toEqual({
    port: 2,
    operator: { name: 'Acme', contact: '' },
    returnOrigins: ['https://a.example'],
    graceMs: 3_000,
  })
})

test('what is no number is named by where it was said', () => {
  expect(() => serverSettings({ PAIRCODE_PORT: 'http' }, {})).toThrow('PAIRCODE_PORT must be a whole number')
  expect(() => serverSettings({ PAIRCODE_PORT: '1' }, { port: '-1' })).toThrow('--port must be a whole number')
})

test('the address of a store is shown without its password', () => {
  expect(shownStore('sqlite:./a.db')).toBe('sqlite:./a.db')
  expect(shownStore('postgres://me:secret@db.example:5432/app?schema=x')).toBe('postgres://me@db.example:5432/app')
  expect(shownStore('postgresql://db.example/app')).toBe('postgres://db.example/app')
})
