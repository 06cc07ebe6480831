import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkedTarget, isAllowedAddress, isPublicAddress } from '../../../src/server/webhooks/addresses.ts'

test.each([
  ['this network', '0.0.0.0'],
  ['private', '10.1.2.3'],
  ['private', '172.16.0.1'],
  ['private', '172.31.255.255'],
  ['private', '192.168.0.1'],
  ['carrier-grade NAT, and the metadata of Alibaba', '100.100.100.200'],
  ['loopback', '127.0.0.1'],
  ['loopback', '127.255.255.254'],
  ['link-local, and the metadata of most clouds', '169.254.169.254'],
  ['the metadata of Azure', '168.63.129.16'],
  ['the metadata of Oracle', '192.0.0.192'],
  ['documentation', '192.0.2.1'],
  ['documentation', '198.51.100.7'],
  ['documentation', '203.0.113.7'],
  ['6to4 relays', '192.88.99.1'],
  ['benchmarks', '198.18.0.1'],
  ['multicast', '224.0.0.1'],
  ['reserved', '240.0.0.1'],
  ['broadcast', '255.255.255.255'],
  ['unspecified', '::'],
  ['loopback', '::1'],
  ['mapped IPv4', '::ffff:127.0.0.1'],
  ['mapped IPv4', '::ffff:8.8.8.8'],
  ['mapped IPv4 in hex', '::ffff:7f00:1'],
  ['compatible IPv4', '::7f00:1'],
  ['NAT64', '64:ff9b::7f00:1'],
  ['local NAT64', '64:ff9b:1::7f00:1'],
  ['discard', '100::1'],
  ['Teredo', '2001:0:7f00:1::1'],
  ['ORCHID', '2001:20::1'],
  ['documentation', '2001:db8::1'],
  ['documentation', '3fff::1'],
  ['6to4 of loopback', '2002:7f00:1::1'],
  ['6to4', '2002:808:808::1'],
  ['unique local, and the metadata of Amazon', 'fd00:ec2::254'],
  ['link-local', 'fe80::1'],
  ['link-local with a zone', 'fe80::1%eth0'],
  ['a zone on anything', '2606:4700::1111%lo'],
  ['site-local', 'fec0::1'],
  ['multicast', 'ff02::1'],
  ['segment routing', '5f00::1'],
  ['no address', 'example.com'],
  ['nothing', ''],
])('%s is not public: %s', (_, address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each(['1.1.1.1', '8.8.8.8', '93.184.216.34', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::1'])(
  '%s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true)
  },
)

test('loopback is allowed only for trying, and nothing else with it', () => {
  expect(isAllowedAddress('127.0.0.1', false)).toBe(false)
  expect(isAllowedAddress('127.0.0.1', true)).toBe(true)
  expect(isAllowedAddress('::1', true)).toBe(true)
  expect(isAllowedAddress('10.0.0.1', true)).toBe(false)
  expect(isAllowedAddress('::ffff:127.0.0.1', true)).toBe(true)
})

test('of any IPv4 address its IPv6 clothes are never public', () => {
  fc.assert(
    fc.property(fc.ipV4(), (v4) => {
      const [a = 0, b = 0, c = 0, d = 0] = v4.split('.').map(Number)
      const [high, low] = [(a * 256 + b).toString(16), (c * 256 + d).toString(16)]
      for (const dressed of [`::ffff:${v4}`, `64:ff9b::${high}:${low}`, `2002:${high}:${low}::1`, `::${high}:${low}`])
        expect(isPublicAddress(dressed)).toBe(false)
    }),
  )
})

describe('the address of a receiver', () => {
  test.each([
    ['http://app.example/hook', 'https://'],
    ['ftp://app.example/hook', 'https://'],
    ['not a url', 'is not a URL'],
    ['/hook', 'is not a URL'],
    [`https://app.example/${'a'.repeat(2_000)}`, 'is not a URL'],
    ['https://user:secret@app.example/', 'a name or a password'],
    ['https://app.example/#part', 'fragment'],
    ['https://127.0.0.1/', 'public'],
    ['https://2130706433/', 'public'],
    ['https://0x7f.1/', 'public'],
    ['https://0177.0.0.1/', 'public'],
    ['https://[::1]/', 'public'],
    ['https://[::ffff:10.0.0.1]/', 'public'],
    ['https://169.254.169.254/latest/meta-data', 'public'],
    ['https://localhost/', 'this machine'],
    ['https://localhost./', 'this machine'],
    ['https://api.localhost/', 'this machine'],
    ['http://127.0.0.1:3000/', 'https://'],
  ])('%s is refused', (url, why) => {
    expect(() => checkedTarget(url, false)).toThrow(why)
    expect(() => checkedTarget(url, false)).toThrow(expect.objectContaining({ code: 'invalid-options' }))
  })

  test('a name is taken; what it resolves to is looked at later', () => {
    expect(checkedTarget('https://App.Example:8443/hook?token=1', false)).toBe('https://app.example:8443/hook?token=1')
    expect(checkedTarget('https://93.184.216.34/', false)).toBe('https://93.184.216.34/')
  })

  test('for trying, loopback over http, and nothing else over http', () => {
    expect(checkedTarget('http://127.0.0.1:3000/', true)).toBe('http://127.0.0.1:3000/')
    expect(checkedTarget('http://localhost:3000/', true)).toBe('http://localhost:3000/')
    expect(() => checkedTarget('http://app.example/', true)).toThrow('https://')
    expect(() => checkedTarget('https://10.0.0.1/', true)).toThrow('public')
  })
})
