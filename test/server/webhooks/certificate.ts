// For tests alone: a certificate for the name hooks.example, signed by itself, and its key. Made with:
// openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 36500 -nodes -subj /CN=hooks.example -addext subjectAltName=DNS:hooks.example

export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBojCCAUegAwIBAgIUHbSf4eGeWzPI46GjA6+sDtgdbOEwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNaG9va3MuZXhhbXBsZTAgFw0yNjExMjMyMDIwNTNaGA8yMTI2
MTAzMDIwMjA1M1owGDEWMBQGA1UEAwwNaG9va3MuZXhhbXBsZTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABDZVRxrMGzvuwB9gBRiM4AYc4uCFA2QZQQRI+U+Z/6dR
qpoVLWxZtxatEnxIt3L15Ucei8v5sd8Asm8H7Odd5T6jbTBrMB0GA1UdDgQWBBRO
vW0YpXBWe2XozSGmrE7Xvqu8TTAfBgNVHSMEGDAWgBROvW0YpXBWe2XozSGmrE7X
vqu8TTAPBgNVHRMBAf8EBTADAQH/MBgGA1UdEQQRMA+CDWhvb2tzLmV4YW1wbGUw
CgYIKoZIzj0EAwIDSQAwRgIhAPPWZvxR7ocrxe8/lRv0vaz+RuLi9aAGkTsJNRHR
ECiDAiEAtC3WSNE1UqwrYVc/LxTUBJin+VYo4jDt3S05XqQn/iU=
-----END CERTIFICATE-----
`

export const PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgufCWl1UDUQwkawBZ
k/394xdLqv7UBKDag1iZ4k0oigahRANCAAQ2VUcazBs77sAfYAUYjOAGHOLghQNk
GUEESPlPmf+nUaqaFS1sWbcWrRJ8SLdy9eVHHovL+bHfALJvB+znXeU+
-----END PRIVATE KEY-----
`
